"""The format that takes any Python value the standard library can pickle."""

from __future__ import annotations

import pickle
from typing import IO, TYPE_CHECKING, Any

from holdfast.interfaces import Format, LoadRequest

if TYPE_CHECKING:  # a run in memory needs none of the records of plugins
    from holdfast.provisions import PluginContext

__all__ = ["PickleFormat"]


class PickleFormat(Format):
    """Pickle, in the highest protocol. Loading runs whatever code the file names: not safe.

    Args:
        context: what every factory is given; pickle needs nothing of it.
    """

    def __init__(self, context: PluginContext | None = None) -> None:
        pass

    def dump(self, obj: Any, file: IO[bytes]) -> None:
        """Write ``obj``; what pickle raises for a value it cannot take is left as it is."""
        pickle.dump(obj, file, protocol=pickle.HIGHEST_PROTOCOL)

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        """Return the value in ``file``; a request cannot change it."""
        return pickle.load(file)
