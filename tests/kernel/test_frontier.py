"""The frontier: what may run next, as a state machine without IO."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import InvariantViolationError
from holdfast.execution.frontier import Frontier


def frontier_of(**edges: str) -> Frontier:
    """Return the frontier of steps, each with the steps it waits for in a string of one-letter keys."""
    return Frontier({key: [(upstream, "result") for upstream in needs] for key, needs in edges.items()})


def drain(frontier: Frontier) -> list[str]:
    order = []
    while frontier.has_ready:
        order.append(frontier.start_next())
        frontier.succeeded(order[-1])
    return order


def test_hands_out_steps_after_those_they_wait_for() -> None:
    """A step is ready once everything it waits for has succeeded."""
    assert drain(frontier_of(a="", b="a", c="ab")) == ["a", "b", "c"]


def test_a_step_is_not_ready_while_one_of_its_upstreams_runs() -> None:
    """Of two upstream steps, both must have succeeded."""
    frontier = frontier_of(a="", b="", c="ab")
    first = frontier.start_next()
    frontier.start_next()
    frontier.succeeded(first)
    assert not frontier.has_ready


def test_is_done_when_every_step_has_ended() -> None:
    """A frontier without steps is done, one with a running step is not."""
    frontier = frontier_of(a="")
    assert not frontier.done
    drain(frontier)
    assert frontier.done
    assert Frontier({}).done


def test_a_failure_skips_everything_downstream_and_nothing_else() -> None:
    """Steps that wait for a failed one, directly or not, are skipped; others run on."""
    frontier = frontier_of(a="", b="a", c="b", d="")
    frontier.start_next()
    skips = frontier.fail("a")
    assert [(skip.step_key, skip.because_of, skip.failed) for skip in skips] == [
        ("b", ("a",), True),
        ("c", ("b",), True),
    ]
    assert drain(frontier) == ["d"]
    assert frontier.done


def test_a_step_below_two_failures_is_skipped_once() -> None:
    """The second failure upstream of a step says nothing new."""
    frontier = frontier_of(a="", b="", c="ab")
    frontier.start_next()
    frontier.start_next()
    assert [skip.step_key for skip in frontier.fail("a")] == ["c"]
    assert frontier.fail("b") == []


def test_an_output_left_out_skips_only_its_readers() -> None:
    """A step that reads another output of the same step runs."""
    frontier = Frontier({"m": [], "x": [("m", "left")], "y": [("m", "right")]})
    frontier.start_next()
    skips = frontier.succeeded("m", left_out=("left",))
    assert [(skip.step_key, skip.failed) for skip in skips] == [("x", False)]
    assert drain(frontier) == ["y"]


def test_a_retry_makes_the_step_ready_again() -> None:
    """A step that is tried again is handed out again and holds back its readers."""
    frontier = frontier_of(a="", b="a")
    frontier.start_next()
    frontier.retry("a")
    assert drain(frontier) == ["a", "b"]


@pytest.mark.parametrize("end", ["succeeded", "fail", "retry"])
def test_only_a_running_step_can_end(end: str) -> None:
    """Ending a step that is not running is an error, not a wrong state."""
    with pytest.raises(InvariantViolationError, match="'a' is not running"):
        getattr(frontier_of(a=""), end)("a")


@given(st.lists(st.sets(st.integers(0, 29)), max_size=30), st.sets(st.integers(0, 29)))
def test_every_step_ends_in_exactly_one_way(needs: list[set[int]], failing: set[int]) -> None:
    """Whatever the graph and the failures, a step runs if and only if nothing upstream of it failed."""
    upstream = {str(n): {str(up) for up in ups if up < n} for n, ups in enumerate(needs)}
    frontier = Frontier({key: [(up, "result") for up in ups] for key, ups in upstream.items()})
    ran = []
    while frontier.has_ready:
        key = frontier.start_next()
        ran.append(key)
        if int(key) in failing:
            frontier.fail(key)
        else:
            frontier.succeeded(key)
    doomed: set[str] = set()
    for key, ups in upstream.items():
        if ups & (doomed | {str(n) for n in failing}):
            doomed.add(key)
    assert frontier.done
    assert frontier.skipped == doomed
    assert set(ran) == upstream.keys() - doomed
    assert all(ran.index(up) < ran.index(key) for key in ran for up in upstream[key])
