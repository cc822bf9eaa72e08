"""Dynamic outputs: what reads them runs once for each value, until they are collected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from holdfast import (
    AssetsDefinition,
    DynamicOut,
    DynamicOutput,
    In,
    InvalidDefinitionError,
    InvariantViolationError,
    IOManager,
    IOManagerDefinition,
    Nothing,
    Out,
    Output,
    RetryPolicy,
    graph,
    job,
    op,
)


@op(out=DynamicOut(int))
def numbers() -> Iterator[DynamicOutput[int]]:
    for n in (1, 2, 3):
        yield DynamicOutput(n, f"n{n}")


@op
def double(n: int) -> int:
    return 2 * n


@op
def add(a: int, b: int) -> int:
    return a + b


@op
def total(values: list[int]) -> int:
    return sum(values)


@op(out=Out(is_required=False))
def odd(n: int) -> Iterator[Output[int]]:
    if n % 2:
        yield Output(n)


def steps_of(result: Any) -> set[str]:
    return {event.step_key for event in result.all_events if event.is_step_success}


def skipped(result: Any) -> set[str]:
    return {event.step_key for event in result.all_events if event.is_step_skipped}


def test_what_reads_a_dynamic_output_runs_for_each_value() -> None:
    """Under keys that end in the mapping key; collecting gives the values in their order."""

    @job
    def fan_out() -> None:
        total(numbers().map(double).collect())

    result = fan_out.execute_in_process()
    assert result.output_for_node("total") == 12
    assert steps_of(result) == {"numbers", "double[n1]", "double[n2]", "double[n3]", "total"}


def test_values_of_dynamic_nodes_are_asked_by_mapping_key() -> None:
    """Of the dynamic output, and of what ran for each value; one step alone by its key."""

    @job
    def fan_out() -> None:
        numbers().map(double)

    result = fan_out.execute_in_process()
    assert result.output_for_node("numbers") == {"n1": 1, "n2": 2, "n3": 3}
    assert result.output_for_node("double") == {"n1": 2, "n2": 4, "n3": 6}
    assert result.output_for_node("double[n2]") == 4
    assert len([event for event in result.events_for_node("double") if event.is_step_success]) == 3


def test_maps_may_follow_each_other() -> None:
    """And take values that are the same for all."""

    @job
    def chained() -> None:
        base = double.alias("base")(total(numbers().collect()))
        doubled = numbers.alias("more")().map(double)
        total.alias("sum")(doubled.map(lambda n: add(double.alias("again")(n), base)).collect())

    assert chained.execute_in_process().output_for_node("sum") == 4 * 6 + 3 * 12


def test_a_map_may_give_several_outputs() -> None:
    """Each of them dynamic."""

    @job
    def branches() -> None:
        twice, thrice = numbers().map(lambda n: (double(n), add(n, double(n))))
        total.alias("twos")(twice.collect())
        total.alias("threes")(thrice.collect())

    result = branches.execute_in_process()
    assert (result.output_for_node("twos"), result.output_for_node("threes")) == (12, 18)


def test_a_computation_may_have_several_dynamic_outputs() -> None:
    """Each with mapping keys of its own, beside others."""

    @op(out={"left": DynamicOut(), "right": DynamicOut(), "plain": Out()})
    def split() -> Iterator[Any]:
        yield DynamicOutput(1, "x", "left")
        yield DynamicOutput(2, "y", "left")
        yield DynamicOutput(10, "x", "right")
        yield Output(5, "plain")

    @job
    def both() -> None:
        left, right, plain = split()
        add(total(left.map(double).collect()), total.alias("sum")(right.collect()))
        double.alias("of_plain")(plain)

    result = both.execute_in_process()
    assert result.output_for_node("add") == 16
    assert result.output_for_node("of_plain") == 10


def test_dynamic_outputs_work_inside_graphs_and_around_them() -> None:
    """A graph may be mapped, hold a fan-out, or return what was mapped."""

    @graph
    def each(n: int) -> int:
        return double(double(n))

    @graph
    def many() -> Any:
        return numbers().map(double)

    @job
    def nested() -> None:
        total(many().map(each).collect())

    result = nested.execute_in_process()
    assert result.output_for_node("total") == 48
    assert "each.double_2[n1]" in steps_of(result)
    assert result.output_for_node("each") == {"n1": 8, "n2": 16, "n3": 24}


def test_a_collected_list_goes_without_what_was_not_made() -> None:
    """What reads a value that was not made is skipped."""

    @job
    def some() -> None:
        total(numbers().map(odd).map(double).collect())

    result = some.execute_in_process()
    assert result.output_for_node("total") == 8
    assert skipped(result) == {"double[n2]"}


def test_nothing_made_of_any_value_skips_the_collection() -> None:
    """But a dynamic output without values is collected to an empty list."""
    none = op(name="none", out=DynamicOut())(lambda: [])
    even = op(name="even", out=Out(is_required=False))(lambda n: None)

    @job
    def empty() -> None:
        total(none().map(double).collect())

    @job
    def unmade() -> None:
        total(numbers().map(even).collect())

    assert empty.execute_in_process().output_for_node("total") == 0
    assert skipped(unmade.execute_in_process()) == {"total"}


def test_a_failure_for_one_value_does_not_stop_the_others() -> None:
    """The collection is skipped, the run fails."""
    inverse = op(name="inverse")(lambda n: 1 / (n - 2))

    @job
    def fails() -> None:
        total(numbers().map(inverse).collect())

    result = fails.execute_in_process(raise_on_error=False)
    assert steps_of(result) == {"numbers", "inverse[n1]", "inverse[n3]"}
    assert [event.step_key for event in result.all_events if event.is_step_failure] == ["inverse[n2]"]
    assert not result.success


def test_a_failure_before_the_values_are_known_skips_what_would_run_for_them() -> None:
    """As a whole."""

    @op(out=DynamicOut())
    def breaks() -> Iterator[Any]:
        yield DynamicOutput(1, "a")
        raise ValueError

    @job
    def fails() -> None:
        total(breaks().map(double).collect())

    result = fails.execute_in_process(raise_on_error=False)
    assert steps_of(result) == set()


def test_an_attempt_that_failed_leaves_no_values() -> None:
    """Those of the attempt that succeeded are mapped."""
    attempts = []

    @op(out=DynamicOut(), retry_policy=RetryPolicy(max_retries=1))
    def flaky() -> Iterator[Any]:
        attempts.append(1)
        yield DynamicOutput(len(attempts), f"try{len(attempts)}")
        if len(attempts) == 1:
            raise ValueError

    @job
    def retried() -> None:
        total(flaky().map(double).collect())

    result = retried.execute_in_process()
    assert result.output_for_node("total") == 4
    assert steps_of(result) == {"flaky", "double[try2]", "total"}


def test_an_ordering_input_waits_for_all_values() -> None:
    """Whether they were mapped or not."""
    after = op(name="after", ins={"start": In(Nothing)})(lambda: 1)

    @job
    def ordered() -> None:
        after(numbers().map(double).collect())

    result = ordered.execute_in_process()
    assert [event.step_key for event in result.all_events if event.is_step_success][-1] == "after"


def test_io_managers_are_told_the_mapping_key() -> None:
    """Of a dynamic output; what ran for each value has it in its step key."""
    stored: dict[tuple[str, ...], Any] = {}

    class Recorder(IOManager):
        def handle_output(self, context: Any, obj: Any) -> None:
            stored[tuple(context.get_identifier()[1:])] = obj

        def load_input(self, context: Any) -> Any:
            return stored[tuple(context.upstream_output.get_identifier()[1:])]

    manager = IOManagerDefinition.hardcoded_io_manager(Recorder())

    @job(resource_defs={"io_manager": manager})
    def fan_out() -> None:
        total(numbers().map(double).collect())

    fan_out.execute_in_process()
    assert stored["numbers", "result", "n2"] == 2
    assert stored["double[n2]", "result"] == 4


def test_the_context_knows_the_mapping_key() -> None:
    """Of the value that the step runs for."""
    tell = op(name="tell")(lambda context, n: context.get_mapping_key())

    @job
    def told() -> None:
        numbers().map(tell)

    assert told.execute_in_process().output_for_node("tell") == {"n1": "n1", "n2": "n2", "n3": "n3"}


def test_two_values_have_two_mapping_keys() -> None:
    """One key twice is an error that names it."""
    twice = op(name="twice", out=DynamicOut())(lambda: [DynamicOutput(1, "a"), DynamicOutput(2, "a")])

    @job
    def wrong() -> None:
        twice()

    with pytest.raises(InvariantViolationError, match="twice for the mapping key 'a'"):
        wrong.execute_in_process()


@op(out=DynamicOut())
def parts(n: int) -> Iterator[DynamicOutput[int]]:
    yield DynamicOutput(n, "a")


def _collects_itself() -> None:
    values = numbers()
    everything = values.map(double).collect()
    share = op(name="share")(lambda n, all_of_them: n / sum(all_of_them))
    values.map(lambda n: share(n, everything))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (lambda: _collects_itself(), "runs once for each value of 'numbers.result' and collects"),
        (lambda: double(numbers()), r"is dynamic. Use its map\(...\) or collect\(\)"),
        (lambda: total([numbers().collect()]), "is a list itself"),
        (lambda: numbers().map(lambda n: 5), "the function returns the outputs of calls"),
        (lambda: numbers().map(lambda n: parts(n).map(double)), "downstream of two dynamic outputs"),
        (lambda: numbers().map(parts).map(double), "downstream of two dynamic outputs"),
        (lambda: total(numbers().map(parts).collect()), "downstream of two dynamic outputs"),
        (
            lambda: numbers().map(lambda n: numbers.alias("b")().map(lambda m: add(n, m))),
            "downstream of two dynamic outputs, 'numbers.result' and 'b.result'",
        ),
    ],
)
def test_what_cannot_be_told_apart_is_refused(body: Any, message: str) -> None:
    """When the job is made, naming the dynamic outputs."""
    with pytest.raises(InvalidDefinitionError, match=message):
        job(name="wrong")(body)


def test_a_collection_is_no_output_of_a_graph() -> None:
    """It is a list for one input; a computation makes it an output."""
    with pytest.raises(InvalidDefinitionError, match="returns the outputs of calls"):
        graph(name="wrong")(lambda: numbers().collect())


def test_an_asset_is_one_value() -> None:
    """A dynamic output is none, and neither is what runs once for each value of one."""
    mapped = graph(name="mapped")(lambda: numbers().map(double))
    for make in (lambda: AssetsDefinition.from_op(numbers), lambda: AssetsDefinition.from_graph(mapped)):
        with pytest.raises(InvalidDefinitionError, match="Collect it first"):
            make()
