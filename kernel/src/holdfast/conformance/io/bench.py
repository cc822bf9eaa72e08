"""An IO manager at work, asked in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from holdfast.built_contexts import build_input_context, build_output_context
from holdfast.conformance.clauses import Violation, require
from holdfast.conformance.suites import Bench
from holdfast.conformance.trials import IOManagerTrial
from holdfast.conformance.values import Values, same
from holdfast.errors import StepOutputNotFoundError, StorageError
from holdfast.interfaces import IOManager
from holdfast.partitions.definition import PartitionsSubset
from holdfast.partitions.static import StaticPartitionsDefinition

__all__ = ["IOBench", "Key", "get", "put"]

Key = str | Sequence[str]


def put(
    manager: IOManager,
    key: Key,
    value: Any,
    partition: str | None = None,
    partitions: PartitionsSubset | None = None,
) -> Any:
    """Have a manager store a value, and return what it says of it."""
    context = build_output_context(
        "make",
        "result",
        run_id="run",
        asset_key=list([key] if isinstance(key, str) else key),
        partition_key=partition,
        asset_partitions=partitions,
    )
    return manager.handle_output(context, value)


def get(
    manager: IOManager,
    key: Key,
    partition: str | None = None,
    partitions: PartitionsSubset | None = None,
    by_partition: bool = False,
    metadata: Mapping[str, Any] | None = None,
) -> Any:
    """Have a manager load a value."""
    path = list([key] if isinstance(key, str) else key)
    stored = build_output_context(
        "make", "result", asset_key=path, partition_key=partition, asset_partitions=partitions
    )
    context = build_input_context(
        "value",
        asset_key=path,
        partition_key=partition,
        asset_partitions=partitions,
        by_partition=by_partition,
        metadata=metadata,
        upstream_output=stored,
    )
    return manager.load_input(context)


class IOBench(Bench):
    """An IO manager in an empty place."""

    trial: IOManagerTrial

    def __init__(
        self,
        trial: IOManagerTrial,
        make: Callable[[Path], Any],
        claims: frozenset[str],
        directory: Path,
    ) -> None:
        super().__init__(trial, make, claims, directory)
        self.values = Values(tuple(trial.types or ("builtins.object",)), dict(trial.samples))
        self.manager: IOManager = self.open()

    @property
    def persistent(self) -> bool:
        """Whether what is stored outlives the manager."""
        return "persistent" in self.claims

    @property
    def features(self) -> frozenset[str]:
        """What is claimed, the types that are stored, and ``files`` where leftovers show as files."""
        files = {"files"} if self.persistent and self.trial.contents is None else set()
        return self.claims | files | self.values.known()

    def put(self, key: Key, value: Any, partition: str | None = None) -> Any:
        """Store a value."""
        return put(self.manager, key, value, partition)

    def get(self, key: Key, partition: str | None = None, **metadata: Any) -> Any:
        """Load a value."""
        return get(self.manager, key, partition, metadata=metadata)

    def put_many(self, key: Key, values: Mapping[str, Any], partitions: Sequence[str] | None = None) -> Any:
        """Store several partitions at once; ``partitions`` if they are others than the mapping has."""
        return put(self.manager, key, values, partitions=_subset(partitions or list(values)))

    def get_many(self, key: Key, partitions: Sequence[str]) -> Any:
        """Load partitions as a mapping, however many they are."""
        return get(self.manager, key, partitions=_subset(partitions), by_partition=True)

    def contents(self) -> list[str]:
        """Return the names of what is kept at the moment, sorted."""
        if self.trial.contents is not None:
            return sorted(self.trial.contents())
        return sorted(
            path.relative_to(self.directory).as_posix()
            for path in self.directory.rglob("*")
            if not path.is_dir()
        )

    def samples(self, count: int = 2) -> list[Any]:
        """Return different claimed values, rather not empty ones."""
        empty = self.values.empty()
        claimed = list(self.values.claimed())
        full = [value for value in claimed if not any(same(value, other) for other in empty)]
        found: list[Any] = []
        for value in [*full, *claimed]:
            if not any(same(value, other) for other in found):
                found.append(value)
            if len(found) == count:
                break
        require(len(found) == count, f"Give {count} different samples of what is claimed.")
        return found

    def expect(self, key: Key, value: Any, partition: str | None = None) -> None:
        """Raise unless a value is what is loaded.

        Raises:
            Violation: another one is.
        """
        where = f"partition {partition!r} of {key!r}" if partition is not None else f"{key!r}"
        try:
            loaded = self.get(key, partition)
        except StorageError as error:
            raise Violation(
                f"As {where}, {value!r:.100} was stored, and cannot be loaded: {error}"
            ) from error
        require(
            same(loaded, value),
            f"As {where}, {value!r:.200} ({type(value).__name__}) was stored, and {loaded!r:.200} "
            f"({type(loaded).__name__}) was loaded.",
        )

    def has(self, key: Key, partition: str | None = None) -> bool:
        """Return whether a value is there."""
        try:
            self.get(key, partition)
        except StepOutputNotFoundError:
            return False
        return True

    def expect_missing(self, key: Key, partition: str | None = None) -> StepOutputNotFoundError:
        """Return the error that loading a value raises which is not there.

        Raises:
            Violation: it gives a value, or raises something else.
        """
        try:
            loaded = self.get(key, partition)
        except StepOutputNotFoundError as error:
            return error
        except Exception as error:
            raise Violation(
                f"Loading what was never stored raised {type(error).__name__}: {error}. Raise "
                "StepOutputNotFoundError, which says what is missing and where it was looked for."
            ) from error
        raise Violation(
            f"Loading {key!r}, partition {partition!r}, which was never stored, gave {loaded!r:.200}."
        )

    @contextmanager
    def refused(self, what: str) -> Iterator[list[StorageError]]:
        """Accept that what is done in the block raises a `StorageError`; the list then holds it.

        Raises:
            Violation: it raises something else.
        """
        caught: list[StorageError] = []
        try:
            yield caught
        except StorageError as error:
            caught.append(error)
        except Violation:
            raise
        except Exception as error:
            raise Violation(
                f"{what} raised {type(error).__name__}: {error}. Raise a StorageError that names the asset, "
                "from the error that was the reason."
            ) from error


def _subset(keys: Sequence[str]) -> PartitionsSubset:
    return StaticPartitionsDefinition(sorted(keys)).subset(keys)
