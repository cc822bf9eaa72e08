"""Keys of multi-partitions: one part for each dimension, any text in each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from holdfast.errors import InvalidDefinitionError

__all__ = ["MultiPartitionKey", "split_multi_key"]

_SEPARATOR = "|"
_WRITTEN = {_SEPARATOR: "%7C", "%": "%25"}
_READ = {code: character for character, code in _WRITTEN.items()}
# A percent sign needs no code where it could not be taken for the beginning of one.
_TO_WRITE = re.compile(r"\||%(?=7C|25)")
_TO_READ = re.compile(r"%7C|%25")


class MultiPartitionKey(str):
    """The key of a partition with several dimensions.

    As text, it is the keys of the dimensions, in the order of the dimensions' names.

    They are joined with ``|``. A ``|`` within a key is written ``%7C``, and a ``%`` that would then be
    ambiguous ``%25``, so that the text reads back as what it was.

    Args:
        keys_by_dimension: the key in each dimension.

    Raises:
        InvalidDefinitionError: there is no dimension, or a key or name is no string.
    """

    __slots__ = ("keys_by_dimension",)

    keys_by_dimension: Mapping[str, str]
    """The key in each dimension, in the order of their names."""

    def __new__(cls, keys_by_dimension: Mapping[str, str]) -> MultiPartitionKey:
        """Write the key."""
        if not isinstance(keys_by_dimension, Mapping) or not keys_by_dimension:
            raise InvalidDefinitionError(
                f"MultiPartitionKey: give a key for each dimension, not {keys_by_dimension!r}."
            )
        parts = dict(sorted(keys_by_dimension.items(), key=lambda item: str(item[0])))
        for name, part in parts.items():
            if not isinstance(name, str) or not isinstance(part, str):
                raise InvalidDefinitionError(
                    f"MultiPartitionKey: the dimension {name!r} and its key {part!r} are to be strings."
                )
        key = super().__new__(cls, _SEPARATOR.join(map(_encode, parts.values())))
        key.keys_by_dimension = parts
        return key

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (dict(self.keys_by_dimension),)


def _encode(part: str) -> str:
    if "|" not in part and "%" not in part:
        return part
    return _TO_WRITE.sub(lambda found: _WRITTEN[found[0]], part)


def split_multi_key(key: str) -> list[str]:
    """Return the parts of a key, in the order of their dimensions' names."""
    return [_TO_READ.sub(lambda found: _READ[found[0]], part) for part in key.split(_SEPARATOR)]
