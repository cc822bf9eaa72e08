"""A run of assets that no module defines, on an executor that is lent to it."""

from __future__ import annotations

import pickle
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from holdfast.asset_jobs import define_asset_job
from holdfast.definitions.asset import asset
from holdfast.definitions.resource import IOManagerDefinition
from holdfast.definitions.with_resources import with_resources
from holdfast.errors import StepOutputNotFoundError
from holdfast.events import EventType
from holdfast.instance import Instance
from holdfast.interfaces import IOManager
from holdfast.io_contexts import InputContext, OutputContext
from holdfast.plugins.settings import Settings
from holdfast.run_api import execute_job

__all__ = ["LentInstance", "ScratchIOManager", "run_job"]


class LentInstance(Instance):
    """An instance whose executor is the one that is tried; in other processes it is a plain instance.

    Args:
        settings: the settings.
        pool: the executor.
        in_process: whether it runs steps in this process.
    """

    def __init__(self, settings: Settings, pool: Executor, in_process: bool) -> None:
        super().__init__(settings)
        self._lent = in_process, pool

    def executor(self, choice: Any = None) -> tuple[bool, Executor]:
        """Return the executor that is tried."""
        return self._lent


class ScratchIOManager(IOManager):
    """Keeps values as pickles in a directory, for one run.

    Args:
        directory: the directory.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Keep a value."""
        (self._directory / context.asset_key.path[-1]).write_bytes(pickle.dumps(obj))

    def load_input(self, context: InputContext) -> Any:
        """Load a value."""
        path = self._directory / context.asset_key.path[-1]
        if not path.exists():
            raise StepOutputNotFoundError(f"Asset '{context.asset_key}'", str(path))
        return pickle.loads(path.read_bytes())


def run_job(pool: Executor, directory: Path, *, in_process: bool) -> dict[str, Any]:
    """Run a few assets, and return how they ended."""

    @asset
    def numbers() -> list[int]:
        return [1, 2, 3]

    @asset
    def doubled(numbers: list[int]) -> list[int]:
        return [2 * number for number in numbers]

    @asset
    def squared(numbers: list[int]) -> list[int]:
        return [number * number for number in numbers]

    @asset
    def total(doubled: list[int], squared: list[int]) -> int:
        return sum(doubled) + sum(squared) + 4

    @asset
    def bad(numbers: list[int]) -> None:
        raise ValueError("This fails.")

    @asset
    def after_bad(bad: None) -> int:
        return 1

    manager = IOManagerDefinition(lambda _context: ScratchIOManager(directory))
    assets = with_resources([numbers, doubled, squared, total, bad, after_bad], {"io_manager": manager})
    job = define_asset_job("conformance").resolve(assets)
    instance = LentInstance(
        Settings(directory=directory, storage=directory / "storage", plugins={}), pool, in_process
    )
    with execute_job(job, instance) as result:
        ended: dict[str, list[str]] = {"done": [], "failed": [], "skipped": []}
        for event in result.all_events:
            for kind, name in _ENDS:
                if event.type is kind:
                    ended[name].append(event.step_key or "")
        loaded = result.output_for_node("total") if "total" in ended["done"] else None
    return {"total": loaded, **{name: sorted(steps) for name, steps in ended.items()}}


_ENDS = (
    (EventType.STEP_SUCCESS, "done"),
    (EventType.STEP_FAILURE, "failed"),
    (EventType.STEP_SKIPPED, "skipped"),
)
