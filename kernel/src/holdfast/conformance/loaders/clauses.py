"""Clauses of loaders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from holdfast.conformance.clauses import Violation, clause, require
from holdfast.conformance.loaders.bench import LoaderBench, keys_of
from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.source_asset import SourceAsset

__all__ = ["load_keys"]


def load_keys(say: Callable[[Any], None], make: Callable[[Path], Any], directory: Path) -> list[str]:
    """Return the keys that a loader finds in another process."""
    return keys_of(make(directory))


@clause("LO-01")
def finds_what_is_there(bench: LoaderBench) -> None:
    """All assets and source assets are found, and nothing else, each once."""
    found, wanted = keys_of(bench.load()), sorted(bench.trial.keys)
    require(found == wanted, f"The keys {found} were found, and {wanted} are there.")


@clause("LO-02")
def gives_definitions(bench: LoaderBench) -> None:
    """What it gives is a sequence of definitions, which can be gone through more than once."""
    found = bench.load()
    require(isinstance(found, Sequence) and not isinstance(found, str), f"It gave {found!r:.200}.")
    for definition in found:
        known = isinstance(definition, AssetsDefinition | SourceAsset) or hasattr(definition, "resolve")
        require(known, f"{definition!r:.200} is no definition.")
    require(keys_of(found) == keys_of(found), "Gone through a second time, it gave something else.")


@clause("LO-03")
def makes_a_graph(bench: LoaderBench) -> None:
    """What it gives fits together: an asset graph can be made of it."""
    found, wanted = sorted(map(str, bench.graph())), sorted(bench.trial.keys)
    require(set(found) == set(wanted), f"The graph has the keys {found}, and not {wanted}.")


@clause("LO-04")
def the_same_again(bench: LoaderBench) -> None:
    """Asked again, it gives the same; nothing is kept, added or used up by the first time."""
    first = keys_of(bench.load())
    again = [keys_of(bench.load()) for _ in range(2)]
    require(again == [first, first], f"First {first} were found, and then {again}.")
    bench.graph()


@clause("LO-05")
def names_what_is_not_there(bench: LoaderBench) -> None:
    """Options that name what is not there are an error that says it, and no empty sequence."""
    try:
        found = bench.load_wrong()
    except Exception as error:
        named = any(str(value) in str(error) for value in bench.trial.wrong_options.values())
        require(named, f"The error does not name what is not there: {error}")
        return
    raise Violation(f"With {dict(bench.trial.wrong_options)}, {keys_of(found)} were found.")


@clause("LO-06")
def other_processes(bench: LoaderBench) -> None:
    """A worker process finds the same."""
    bench.load()
    with bench.child(load_keys) as child:
        found = child.result()
    require(found == sorted(bench.trial.keys), f"Another process found {found}.")
