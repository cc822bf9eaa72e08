"""The kernel's own plugin: its IO manager, its executor, and the hooks that announce them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, wait

import pytest

from holdfast.built_contexts import build_input_context, build_output_context
from holdfast.builtins import hooks
from holdfast.builtins.in_process import InProcessExecutor
from holdfast.builtins.memory import InMemoryIOManager
from holdfast.errors import StepOutputNotFoundError
from holdfast.plugins.loading import Plugins
from holdfast.plugins.settings import Settings
from holdfast.provisions import (
    EventStorePlugin,
    ExecutorPlugin,
    FormatPlugin,
    IOManagerPlugin,
    LoaderPlugin,
    Provision,
)

KINDS: dict[str, type[Provision]] = {
    "holdfast_loaders": LoaderPlugin,
    "holdfast_executors": ExecutorPlugin,
    "holdfast_formats": FormatPlugin,
    "holdfast_io_managers": IOManagerPlugin,
    "holdfast_event_stores": EventStorePlugin,
}
RECORDS = [(kind, record) for hook, kind in KINDS.items() for record in getattr(hooks, hook)()]


@pytest.fixture
def memory() -> InMemoryIOManager:
    return InMemoryIOManager()


@pytest.fixture
def executor() -> Iterator[InProcessExecutor]:
    with InProcessExecutor() as executor:
        yield executor


@pytest.mark.parametrize(("kind", "record"), RECORDS, ids=[str(record) for _, record in RECORDS])
def test_every_builtin_is_provided_by_name(kind, record, tmp_path):
    """What the kernel's plugin announces can be had by name like anyone else's."""
    plugins = Plugins.discover(Settings(directory=tmp_path))
    assert plugins.get(kind, record.name) == record
    assert plugins.owner(kind, record.name).name == "builtins"


@pytest.mark.parametrize("kind", [EventStorePlugin, ExecutorPlugin, FormatPlugin, IOManagerPlugin])
def test_every_builtin_can_be_made(kind, tmp_path):
    """The factories of the kernel's plugin take a plugin context and make what they announce."""
    plugins = Plugins.discover(Settings(directory=tmp_path), ["all"])
    for provision in plugins.provisions(kind):
        assert plugins.create(kind, provision.name) is not None


def test_a_value_in_memory_is_the_same_object(memory):
    """The memory IO manager gives back the very object it was given."""
    value = object()
    memory.handle_output(build_output_context(asset_key="orders"), value)
    assert memory.load_input(build_input_context(asset_key="orders")) is value


def test_a_new_value_in_memory_replaces_the_old(memory):
    """The last value stored for an asset is the one that is loaded."""
    for value in (1, 2):
        memory.handle_output(build_output_context(asset_key="orders"), value)
    assert memory.load_input(build_input_context(asset_key="orders")) == 2


def test_partitions_in_memory_are_not_confused_with_keys(memory):
    """Partition "b" of asset "a" and the asset "a/b" are two values."""
    memory.handle_output(build_output_context(asset_key="a", partition_key="b"), "partition")
    memory.handle_output(build_output_context(asset_key=["a", "b"]), "asset")
    assert memory.load_input(build_input_context(asset_key="a", partition_key="b")) == "partition"
    assert memory.load_input(build_input_context(asset_key=["a", "b"])) == "asset"


def test_outputs_of_steps_are_kept_by_run_step_and_name(memory):
    """An output that is no asset is found through the context it was stored with."""
    first = build_output_context(step_key="load", name="rows", run_id="1")
    second = build_output_context(step_key="load", name="rows", run_id="2")
    memory.handle_output(first, "first")
    memory.handle_output(second, "second")
    assert memory.load_input(build_input_context(upstream_output=first)) == "first"


def test_an_asset_is_found_through_the_output_it_was_stored_as(memory):
    """An input that knows only its upstream output finds that output's asset."""
    output = build_output_context(asset_key="orders")
    memory.handle_output(output, [1])
    assert memory.load_input(build_input_context(upstream_output=output)) == [1]


def test_what_is_not_in_memory_is_named(memory):
    """A value that was never stored is an error that names asset and partition and says what to do."""
    context = build_input_context(asset_key=["sales", "orders"], partition_key="2013-01-01")
    with pytest.raises(StepOutputNotFoundError, match=r"2013-01-01.*sales/orders.*same run"):
        memory.load_input(context)


def test_the_memory_io_manager_says_that_it_is_bound_to_its_process():
    """An executor of other processes can tell that values in memory will not reach them."""
    assert InMemoryIOManager.process_local


def test_a_task_runs_before_submit_returns(executor):
    """The in-process executor runs a task at once, in the caller's thread."""
    future = executor.submit(threading.current_thread)
    assert future.done()
    assert future.result() is threading.current_thread()


def test_arguments_reach_the_task(executor):
    """Positional and keyword arguments are passed on, also those named like submit's own."""
    assert executor.submit(lambda a, fn: (a, fn), 1, fn=2).result() == (1, 2)


def test_one_frame_stands_between_caller_and_task(executor):
    """The in-process executor adds no frame but its own."""
    caller = executor.submit(lambda: sys._getframe(2)).result()
    assert caller is sys._getframe()


def test_what_a_task_raises_is_its_futures(executor):
    """An exception of a task, also the one that cancels, is kept in its future."""
    for error in (ValueError("no"), CancelledError()):

        def fail(error: BaseException = error) -> None:
            raise error

        assert executor.submit(fail).exception() is error


def test_an_interrupt_reaches_the_caller(executor):
    """`KeyboardInterrupt` goes through `submit`, so that Ctrl-C stops the run."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        executor.submit(interrupt)


def test_no_task_is_taken_after_shutdown():
    """As every executor, it refuses tasks once it has been shut down."""
    executor = InProcessExecutor()
    executor.shutdown()
    with pytest.raises(RuntimeError, match="shut down"):
        executor.submit(print)


def test_a_finished_step_can_be_waited_for(executor: InProcessExecutor) -> None:
    """Its future is one like any other."""
    future = executor.submit(lambda: 3)
    assert wait([future]).done == {future}
    assert (future.done(), future.cancel(), future.exception(), future.result()) == (True, False, None, 3)
