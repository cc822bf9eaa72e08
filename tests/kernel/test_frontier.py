"""The frontier: what may run next, as a state machine without IO."""

from __future__ import annotations

from typing import Any

import attrs
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


# -- lists of outputs, and steps that are replaced -----------------------------------------------------------


def outputs(*steps: str) -> list[tuple[str, str]]:
    return [(step, "result") for step in steps]


def test_a_list_waits_for_all_its_outputs_and_needs_one() -> None:
    """What was not made is left out of it and kept in mind."""
    frontier = Frontier({"a": [], "b": [], "c": []}, {"c": [outputs("a", "b")]})
    for left_out in (["result"], []):
        assert frontier.succeeded(frontier.start_next(), left_out) == []
    assert drain(frontier) == ["c"]
    assert frontier.lost == {("a", "result")}


def test_a_list_of_which_nothing_was_made_skips_its_reader() -> None:
    """As an output alone does."""
    frontier = Frontier({"a": [], "c": []}, {"c": [outputs("a")]})
    frontier.start_next()
    assert [skip.step_key for skip in frontier.succeeded("a", ["result"])] == ["c"]


def test_a_failure_in_a_list_skips_its_reader() -> None:
    """Though another of its outputs was made."""
    frontier = Frontier({"a": [], "b": [], "c": []}, {"c": [outputs("a", "b")]})
    frontier.succeeded(frontier.start_next())
    frontier.start_next()
    assert [skip.step_key for skip in frontier.fail("b")] == ["c"]


def test_a_list_goes_without_what_was_skipped() -> None:
    """As long as that was not because of a failure."""
    frontier = Frontier({"a": [], "b": [("a", "other")], "c": []}, {"c": [outputs("b", "a")]})
    frontier.start_next()
    assert [skip.step_key for skip in frontier.succeeded("a", ["other"])] == ["b"]
    assert drain(frontier) == ["c"]


def test_a_step_is_replaced_by_copies() -> None:
    """Each waits for the copy with its own mapping key; a list waits for all of them."""
    frontier = Frontier(
        {"many": [], "x": outputs("many"), "y": outputs("x"), "all": []}, {"all": [outputs("y")]}
    )
    assert frontier.start_next() == "many"
    frontier.expand({step: {key: f"{step}[{key}]" for key in "12"} for step in "xy"})
    frontier.succeeded("many")
    assert drain(frontier) == ["x[1]", "x[2]", "y[1]", "y[2]", "all"]
    assert frontier.done


def test_no_copies_leave_a_list_empty_not_lost() -> None:
    """A step that collects nothing runs."""
    frontier = Frontier({"many": [], "x": outputs("many"), "all": []}, {"all": [outputs("x")]})
    frontier.start_next()
    frontier.expand({"x": {}})
    frontier.succeeded("many")
    assert drain(frontier) == ["all"]


@attrs.frozen
class Network:
    """Steps by number: what each needs, the lists it reads, and for which keys the dynamic one leads on.

    Step 0 is dynamic. What needs it, or needs what needs it, runs for each key.
    """

    needs: list[set[tuple[int, str]]]
    lists: list[set[tuple[int, str]]]
    keys: list[str]

    def mapped(self) -> set[int]:
        found: set[int] = set()
        for step, needs in enumerate(self.needs):
            if any(upstream in found or upstream == 0 for upstream, _ in needs):
                found.add(step)
        return found

    def copies(self, step: int) -> list[str]:
        return [f"{step}[{key}]" for key in self.keys] if step in self.mapped() else [str(step)]

    def concrete(self) -> dict[str, tuple[set[tuple[str, str]], set[tuple[str, str]] | None]]:
        """Return by step its needs and its list, ``None`` for no list and an empty one for no values."""
        found = {}
        for step, (needs, several) in enumerate(zip(self.needs, self.lists, strict=True)):
            for copy in self.copies(step):
                key = copy[len(str(step)) :]
                own = {(f"{up}{key}" if up in self.mapped() else str(up), name) for up, name in needs}
                if key:
                    group = {(f"{up}{key}" if up in self.mapped() else str(up), name) for up, name in several}
                else:
                    group = {(each, name) for up, name in several for each in self.copies(up)}
                found[copy] = (own, group if several else None)
        return found

    def outcome(self, failing: set[str], left_out: set[tuple[str, str]]) -> dict[str, str]:
        """Return how each step ends, worked out one after the other from what it waits for."""
        ends: dict[str, str] = {}
        for step, (needs, group) in self.concrete().items():
            upstream = {up for up, _ in needs | (group or set())}
            present = {
                (up, name)
                for up in upstream
                for name in "rs"
                if ends[up] == "made" and (up, name) not in left_out
            }
            if any(ends[up] in ("failed", "doomed") for up in upstream):
                ends[step] = "doomed"
            elif needs - present or (group and not group & present):
                ends[step] = "skipped"
            else:
                ends[step] = "failed" if step in failing else "made"
        return ends


@st.composite
def networks(draw: Any) -> Network:
    needs: list[set[tuple[int, str]]] = [set()]
    lists: list[set[tuple[int, str]]] = [set()]
    mapped: set[int] = set()
    for step in range(1, draw(st.integers(2, 9))):
        outputs = st.tuples(st.integers(0, step - 1), st.sampled_from("rs"))
        needs.append(draw(st.sets(outputs, max_size=2)))
        is_mapped = any(up in mapped or up == 0 for up, _ in needs[-1])
        mapped |= {step} if is_mapped else set()
        several = draw(st.sets(outputs, max_size=3))
        # What runs for each value may take a list of values with its own key, but not the dynamic output.
        lists.append({each for each in several if each[0] != 0} if is_mapped else several)
    return Network(needs, lists, draw(st.lists(st.sampled_from("xyz"), unique=True)))


@given(networks(), st.booleans(), st.data())
def test_the_frontier_agrees_with_working_it_out_step_by_step(
    network: Network, failures: bool, data: st.DataObject
) -> None:
    """Whatever waits for what, is replaced by copies, fails or is left out, in whatever order steps end."""
    steps = list(network.concrete())
    # Without values it is left open whether a step that would run for each comes to be skipped.
    chosen = set(data.draw(st.lists(st.sampled_from(steps), max_size=3))) - {"0"} if network.keys else set()
    failing = chosen if failures else set()
    left_out = set() if failures else {(step, data.draw(st.sampled_from("rs"))) for step in chosen}
    frontier = Frontier(
        {str(step): [(str(up), name) for up, name in needs] for step, needs in enumerate(network.needs)},
        {
            str(step): [[(str(up), name) for up, name in each]]
            for step, each in enumerate(network.lists)
            if each
        },
    )
    running: list[str] = []
    ran = []
    while not frontier.done:
        while frontier.has_ready:
            running.append(frontier.start_next())
        step = running.pop(data.draw(st.integers(0, len(running) - 1)))
        ran.append(step)
        if step == "0":
            frontier.expand({str(n): {key: f"{n}[{key}]" for key in network.keys} for n in network.mapped()})
        if step in failing:
            frontier.fail(step)
        else:
            frontier.succeeded(step, [name for each, name in left_out if each == step])
    ends = network.outcome(failing, left_out)
    assert sorted(ran) == sorted(step for step, end in ends.items() if end in ("made", "failed"))
    assert frontier.failed == {step for step, end in ends.items() if end == "failed"}
    # A step that is skipped before the values are known stands for all that would have run.
    skipped = {
        copy
        for each in frontier.skipped
        for copy in (network.copies(int(each)) if each.isdigit() else [each])
    }
    assert skipped == {step for step, end in ends.items() if end in ("skipped", "doomed")}
