"""Clauses of observers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from holdfast.conformance.clauses import Violation, clause, require
from holdfast.conformance.observers.bench import KEY, ObserverBench, version_of
from holdfast.errors import Error
from holdfast.interfaces import ObserveContext
from holdfast.metadata import normalize_metadata
from holdfast.versions import ObserveResult

__all__ = ["observe"]


def observe(
    say: Callable[[Any], None], make: Callable[[Path], Any], directory: Path, metadata: Mapping[str, Any]
) -> str:
    """Return the version that another process sees."""
    return version_of(make(directory).observe(ObserveContext(KEY, metadata)))


@clause("OB-01")
def gives_a_version(bench: ObserverBench) -> None:
    """Observing returns a LogicalVersion, or an ObserveResult with one; it is not empty."""
    bench.version(bench.trial.source().metadata)


@clause("OB-02")
def same_while_unchanged(bench: ObserverBench) -> None:
    """What has not changed has the same version, however often it is looked at, and by whom.

    Else all that is made of it is out of date each time.
    """
    metadata = bench.trial.source().metadata
    first = bench.version(metadata)
    again = [bench.version(metadata) for _ in range(3)]
    require(set(again) == {first}, f"What has not changed had the versions {[first, *again]}.")
    other = version_of(bench.open().observe(ObserveContext(KEY, metadata)))
    require(other == first, f"Another observer sees the version {other!r} instead of {first!r}.")


@clause("OB-03")
def another_when_changed(bench: ObserverBench) -> None:
    """What has changed has another version than before, each time."""
    source = bench.trial.source()
    seen = [bench.version(source.metadata)]
    for _ in range(3):
        source.change()
        seen.append(bench.version(source.metadata))
        require(seen[-1] != seen[-2], f"What has changed still has the version {seen[-1]!r}.")


@clause("OB-04")
def gone(bench: ObserverBench) -> None:
    """What is not there is an error, and has no version."""
    source = bench.trial.source()
    bench.version(source.metadata)
    source.remove()
    try:
        found = bench.observe(source.metadata)
    except Exception:
        return
    raise Violation(f"What was taken away has the version {found!r}.")


@clause("OB-05")
def names_nothing(bench: ObserverBench) -> None:
    """A source asset whose metadata does not say what to look at is an error that names the asset."""
    try:
        found = bench.observe({})
    except Error as error:
        require(str(KEY) in str(error), f"The error does not name the asset: {error}")
    except Exception as error:
        raise Violation(
            f"Without metadata, observing raised {type(error).__name__}: {error}. Raise an "
            "InvalidDefinitionError that names the asset and the metadata it needs."
        ) from error
    else:
        raise Violation(f"A source asset without metadata has the version {found!r}.")


@clause("OB-06")
def sources_are_apart(bench: ObserverBench) -> None:
    """Each source asset is looked at by itself: changing one changes the version of no other."""
    one, two = bench.trial.source(), bench.trial.source()
    before = bench.version(one.metadata)
    bench.version(two.metadata)
    two.change()
    changed = bench.version(two.metadata)
    require(bench.version(one.metadata) == before, "Changing a source asset changed another's version.")
    require(bench.version(two.metadata) == changed, "Looking at a source asset changed another's version.")


@clause("OB-07")
def other_processes(bench: ObserverBench) -> None:
    """Another process sees the same version."""
    metadata = bench.trial.source().metadata
    with bench.child(observe, metadata) as child:
        found, wanted = child.result(), bench.version(metadata)
    require(found == wanted, f"Another process sees the version {found!r} instead of {wanted!r}.")


@clause("OB-08")
def leaves_it_alone(bench: ObserverBench) -> None:
    """Looking changes nothing, and leaves nothing in the repository."""
    metadata = bench.trial.source().metadata
    before = _contents(bench.directory)
    bench.version(metadata)
    require(_contents(bench.directory) == before, "Observing changed the repository's files.")


@clause("OB-09")
def metadata(bench: ObserverBench) -> None:
    """The metadata of an ObserveResult can be recorded; what is given as MetadataValue is read too."""
    given = bench.trial.source().metadata
    found = bench.observe(given)
    if isinstance(found, ObserveResult):
        for label, value in found.metadata.items():
            require("(unserializable)" not in str(value.value), f"The metadata {label!r} cannot be recorded.")
    again = bench.version(normalize_metadata(given))
    require(again == version_of(found), "Metadata that is given as MetadataValue objects is not read.")


def _contents(directory: Path) -> list[tuple[str, bytes]]:
    return sorted((str(path), path.read_bytes()) for path in directory.rglob("*") if path.is_file())
