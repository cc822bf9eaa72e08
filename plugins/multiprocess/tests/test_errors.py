from __future__ import annotations

import operator
import threading
from types import ModuleType

import pytest

from holdfast.errors import UnmetExecutorRequirementsError, UserCodeExecutionError
from holdfast.execution.messages import RemoteTraceback
from holdfast_multiprocess.executor import MultiprocessExecutor


def test_an_exception_keeps_its_type_and_attributes(
    any_pool: MultiprocessExecutor, tasks: ModuleType
) -> None:
    """What a task raises is what its future raises."""
    with pytest.raises(tasks.ParcelError) as caught:
        any_pool.submit(tasks.fail, "parcel", 3, "lost").result()
    assert (caught.value.code, caught.value.text) == (3, "lost")


def test_the_cause_of_an_exception_is_the_traceback_in_the_worker(
    pool: MultiprocessExecutor, tasks: ModuleType
) -> None:
    """It shows the task's own lines, and none of the pool's."""
    error = pool.submit(tasks.fail, "parcel", 3, "lost").exception()
    assert isinstance(error.__cause__, RemoteTraceback)
    assert 'raise {"parcel": ParcelError' in str(error.__cause__)
    assert "holdfast_multiprocess" not in str(error.__cause__)


def test_an_exception_that_cannot_cross_is_told(pool: MultiprocessExecutor, tasks: ModuleType) -> None:
    """An exception that does not unpickle becomes an error that names its type and message."""
    error = pool.submit(tasks.fail, "awkward", 3, "lost").exception()
    assert isinstance(error, UserCodeExecutionError)
    assert "AwkwardError: 3: lost" in str(error)
    assert "tasks.py" in str(error.__cause__)


def test_a_task_that_exits_ends_itself_alone(pool: MultiprocessExecutor, tasks: ModuleType) -> None:
    """SystemExit comes back like any exception, and the worker stays."""
    worker = pool.submit(tasks.family).result()
    with pytest.raises(SystemExit):
        pool.submit(tasks.fail, "exit", 3).result()
    assert pool.submit(tasks.family).result() == worker


def test_a_task_that_cannot_be_pickled_is_refused(pool: MultiprocessExecutor) -> None:
    """The message names the function and what is wrong; the pool goes on."""
    refused = pool.submit(operator.add, threading.Lock(), 1)
    with pytest.raises(UnmetExecutorRequirementsError, match=r"_operator\.add cannot be sent .*lock"):
        refused.result()
    assert pool.submit(operator.add, 1, 1).result() == 2


def test_a_task_that_the_worker_cannot_read_is_refused(pool: MultiprocessExecutor, tasks: ModuleType) -> None:
    """An argument that does not unpickle fails its own future."""
    refused = pool.submit(tasks.echo, tasks.Unreadable())
    with pytest.raises(UnmetExecutorRequirementsError, match="could not be read in the worker process"):
        refused.result()
    assert pool.submit(operator.add, 1, 1).result() == 2


def test_a_result_that_cannot_be_pickled_is_refused(pool: MultiprocessExecutor, tasks: ModuleType) -> None:
    """The message names the function and the result's type; the worker stays."""
    worker = pool.submit(tasks.family).result()
    with pytest.raises(UnmetExecutorRequirementsError, match=r"worker_tasks\.lock returned, a lock, cannot"):
        pool.submit(tasks.lock).result()
    assert pool.submit(tasks.family).result() == worker


def test_a_result_that_cannot_be_read_here_is_refused(pool: MultiprocessExecutor, tasks: ModuleType) -> None:
    """A result that does not unpickle fails its own future; the worker stays."""
    worker = pool.submit(tasks.family).result()
    with pytest.raises(UnmetExecutorRequirementsError, match="could not be read in this process: ValueError"):
        pool.submit(tasks.unreadable).result()
    assert pool.submit(tasks.family).result() == worker
