"""A loader at work."""

from __future__ import annotations

from typing import Any

import attrs

from holdfast.asset_graph import AssetGraph
from holdfast.conformance.suites import Bench, Sabotage
from holdfast.conformance.trials import Installed, LoaderTrial
from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.source_asset import SourceAsset

__all__ = ["LoaderBench", "keys_of"]


def keys_of(definitions: Any) -> list[str]:
    """Return the keys of definitions as text, sorted."""
    found: list[str] = []
    for definition in definitions:
        if isinstance(definition, AssetsDefinition):
            found += map(str, definition.keys)
        elif isinstance(definition, SourceAsset):
            found.append(str(definition.key))
    return sorted(found)


class LoaderBench(Bench):
    """A loader, which is asked anew each time."""

    trial: LoaderTrial

    def load(self) -> Any:
        """Return the definitions it finds."""
        return self.open()

    def load_wrong(self) -> Any:
        """Return the definitions it finds where there is nothing to be found."""
        make: Any = self.make
        if isinstance(make, Sabotage):
            wrong = attrs.evolve(make, make=_wrong(make.make, self.trial))
        else:
            wrong = _wrong(make, self.trial)
        return wrong(self.directory)

    def graph(self) -> AssetGraph:
        """Return the graph of what it finds."""
        return AssetGraph.of(self.load())


def _wrong(make: Any, trial: LoaderTrial) -> Any:
    if isinstance(make, Installed):
        return attrs.evolve(make, options=trial.wrong_options)
    return lambda directory: make(directory, **trial.wrong_options)
