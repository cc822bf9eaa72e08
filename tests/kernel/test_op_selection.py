"""Selections of computations: which of a job run, and where the others' values come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from holdfast import (
    AssetsDefinition,
    ConfigMapping,
    DynamicOut,
    DynamicOutput,
    ExecuteInProcessResult,
    In,
    Instance,
    InvalidConfigError,
    InvalidSubsetError,
    InvariantViolationError,
    JobDefinition,
    Nothing,
    asset,
    define_asset_job,
    execute_job,
    graph,
    job,
    op,
)


@op
def one() -> int:
    return 1


@op
def inc(n: int) -> int:
    return n + 1


@op
def add(a: int, b: int) -> int:
    return a + b


@op
def total(numbers: list[int]) -> int:
    return sum(numbers)


@op(config_schema={"limit": int})
def limited(context: Any) -> int:
    return int(context.op_config["limit"])


@job
def diamond() -> None:
    n = one()
    add(inc(n), inc(n))
    one.alias("alone")()


@graph
def pair() -> Any:
    return inc(one())


@job
def nested() -> None:
    inc(pair())
    one.alias("alone")()


@op(out=DynamicOut(int))
def numbers() -> Iterator[DynamicOutput[int]]:
    yield DynamicOutput(1, "a")
    yield DynamicOutput(2, "b")


@job
def mapped() -> None:
    total(numbers().map(inc).collect())


def ran(result: Any) -> list[str]:
    """Return the steps that succeeded, by name."""
    return sorted(event.step_key for event in result.filter_events(lambda event: event.is_step_success))


def run(made: JobDefinition, *selection: str, run_config: Any = None) -> ExecuteInProcessResult:
    """Run some computations of a job."""
    return made.execute_in_process(run_config, op_selection=selection)


# -- which run -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        (["one"], "one"),
        (["one", "inc"], "inc one"),
        (["*inc"], "inc one"),
        (["+inc_2"], "inc_2 one"),
        (["one+"], "inc inc_2 one"),
        (["one++"], "add inc inc_2 one"),
        (["one*"], "add inc inc_2 one"),
        (["*add"], "add inc inc_2 one"),
        (["++add", "alone"], "add alone inc inc_2 one"),
        (["*inc*", "inc_2"], "add inc inc_2 one"),
        (["+inc+", "inc_2"], "add inc inc_2 one"),
        ([" one "], "one"),
        (["*"], "add alone inc inc_2 one"),
        ([], "add alone inc inc_2 one"),
        (None, "add alone inc inc_2 one"),
    ],
    ids=str,
)
def test_which_computations_run(selection: Sequence[str] | None, chosen: str) -> None:
    """Those named, and what is upstream or downstream of them, one level for each plus."""
    assert " ".join(ran(diamond.execute_in_process(op_selection=selection))) == chosen


@pytest.mark.parametrize(
    ("clause", "chosen"),
    [
        ("pair", "pair.inc pair.one"),
        ("pair.one", "pair.one"),
        ("pair.one+", "pair.inc pair.one"),
        ("*pair.inc", "pair.inc pair.one"),
        ("*inc", "inc pair.inc pair.one"),
        ("+inc", "inc pair.inc pair.one"),
        ("pair*", "inc pair.inc pair.one"),
    ],
)
def test_which_computations_of_graphs_run(clause: str, chosen: str) -> None:
    """A graph's name means all in it; levels are those of the graph that a node is in."""
    assert " ".join(ran(run(nested, clause))) == chosen


def test_a_computation_in_a_graph_runs_alone() -> None:
    """With a value for its input in the place of its config."""
    config = {"ops": {"pair": {"ops": {"inc": {"inputs": {"n": 5}}}}}}
    assert run(nested, "pair.inc", run_config=config).output_for_node("pair.inc") == 6


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (["ond"], "no computation 'ond'. Did you mean 'one'"),
        (["one", "nothing"], "no computation 'nothing'"),
        (["inc.one"], "no computation 'inc.one'"),
        (["one,inc"], "'one,inc' in op_selection cannot be read"),
        (["+*one"], r"'\+\*one' in op_selection cannot be read"),
        ([""], "'' in op_selection cannot be read"),
        ([3], "3 in op_selection cannot be read"),
        ("one", "op_selection is a list of strings, not 'one'"),
        ({"one"}, "op_selection is a list of strings, not {'one'}"),
    ],
    ids=str,
)
def test_wrong_selections(selection: Any, message: str) -> None:
    """The error says what is wrong, and the nearest name."""
    with pytest.raises(InvalidSubsetError, match=message):
        diamond.execute_in_process(op_selection=selection)


def test_the_nearest_name_in_a_graph() -> None:
    """It is the whole name."""
    with pytest.raises(InvalidSubsetError, match=r"no computation 'pair.on'. Did you mean 'pair.one'"):
        run(nested, "pair.on")


# -- inputs from what does not run ---------------------------------------------------------------------


def test_an_input_from_what_does_not_run() -> None:
    """The run config gives its value; without one the run does not start."""
    assert run(diamond, "inc", run_config={"ops": {"inc": {"inputs": {"n": 5}}}}).output_for_node("inc") == 6
    with pytest.raises(InvalidConfigError) as raised:
        run(diamond, "add")
    assert [problem.partition(":")[0] for problem in raised.value.problems] == [
        "ops.add.inputs.a",
        "ops.add.inputs.b",
    ]


def test_an_input_with_a_default() -> None:
    """It is the default then."""

    @op(ins={"n": In(int, default_value=7)})
    def seven(n: int) -> int:
        return n

    @job
    def defaulting() -> None:
        seven(one())

    assert run(defaulting, "seven").output_for_node("seven") == 7
    assert run(defaulting, "*").output_for_node("seven") == 1


def test_an_input_that_only_orders() -> None:
    """There is nothing to wait for."""
    after = op(name="after", ins={"start": In(Nothing)})(lambda: 3)
    made = job(name="ordered")(lambda: after(start=one()))
    assert ran(run(made, "after")) == ["after"]


def test_a_list_goes_without_what_does_not_run() -> None:
    """It holds the values of what runs, if any."""

    @job
    def listing() -> None:
        total([one(), inc(one.alias("other")())])

    assert run(listing, "one", "total").output_for_node("total") == 1
    assert run(listing, "*inc", "total").output_for_node("total") == 2
    assert run(listing, "total").output_for_node("total") == 0


def test_an_input_of_the_graph() -> None:
    """It is given as ever."""

    @graph
    def taking(n: int) -> None:
        inc(n)
        inc.alias("other")(n)

    result = taking.execute_in_process(input_values={"n": 3}, op_selection=["other"])
    assert (ran(result), result.output_for_node("other")) == (["other"], 4)


# -- dynamic outputs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        (["numbers"], "numbers"),
        (["numbers", "inc"], "inc[a] inc[b] numbers"),
        (["numbers*"], "inc[a] inc[b] numbers total"),
        (["*total"], "inc[a] inc[b] numbers total"),
    ],
    ids=str,
)
def test_steps_for_each_value(selection: list[str], chosen: str) -> None:
    """They run for each value where what makes the values runs."""
    assert " ".join(ran(run(mapped, *selection))) == chosen


def test_a_step_without_what_it_runs_for() -> None:
    """It runs once, for the value that the run config gives."""
    result = run(mapped, "inc", run_config={"ops": {"inc": {"inputs": {"n": 5}}}})
    assert (ran(result), result.output_for_node("inc")) == (["inc"], 6)


def test_a_collected_input() -> None:
    """Without what is collected the run config gives it; without what makes the values it cannot be."""
    config = {"ops": {"total": {"inputs": {"numbers": [3, 4]}}}}
    assert run(mapped, "total", run_config=config).output_for_node("total") == 7
    with pytest.raises(InvalidSubsetError, match="'total' collects what 'numbers' leads to"):
        run(mapped, "inc", "total")


# -- the run config ------------------------------------------------------------------------------------


@job(config={"ops": {"limited": {"config": {"limit": 3}}}})
def configured() -> None:
    limited()
    one()


def test_config_of_what_does_not_run() -> None:
    """It need not be given, and may be, as the job's own is."""
    assert ran(run(configured, "one")) == ["one"]
    assert ran(run(configured, "one", run_config={})) == ["one"]
    assert run(configured, "limited").output_for_node("limited") == 3


@pytest.mark.parametrize(
    ("ops", "path"),
    [({"limited": {"config": {"limit": "x"}}}, "ops.limited.config.limit"), ({"two": {}}, "ops.two")],
)
def test_wrong_config_of_what_does_not_run(ops: Any, path: str) -> None:
    """If it is given it must fit, and it must be of the job."""
    with pytest.raises(InvalidConfigError, match=path):
        run(configured, "one", run_config={"ops": ops})


def test_config_mappings() -> None:
    """That of a graph is needed when something in it runs; what it says to the rest must fit alone."""
    mapping = ConfigMapping(lambda config: {"limited": {"config": config}}, config_schema={"limit": int})

    @graph(config=mapping)
    def inner() -> None:
        limited()
        one()

    outer = job(name="outer")(lambda: (inner(), one())[:0] or None)
    config = {"ops": {"inner": {"config": {"limit": 3}}}}
    assert ran(run(outer, "inner.one", run_config=config)) == ["inner.one"]
    assert ran(run(outer, "one")) == ran(run(outer, "one", run_config=config)) == ["one"]
    with pytest.raises(InvalidConfigError, match=r"ops\.inner\.config: this is required"):
        run(outer, "inner.one")


def test_config_of_assets_that_are_not_made() -> None:
    """The same goes for a selection of a job's assets."""
    both = [
        asset(name=name, config_schema={"n": int})(lambda context: context.op_config["n"])
        for name in ("orders", "returns")
    ]
    config = {"ops": {name: {"config": {"n": 1}} for name in ("orders", "returns")}}
    made = define_asset_job("all", config=config).resolve(both)
    assert ran(made.execute_in_process(asset_selection=["orders"])) == ["orders"]


# -- jobs ----------------------------------------------------------------------------------------------


def test_a_job_of_a_selection() -> None:
    """`to_job` makes one; a run of it selects among what it has."""
    made = pair.to_job(op_selection=["one"])
    assert ran(made.execute_in_process()) == ["one"]
    assert ran(pair.to_job(op_selection=["*"]).execute_in_process(op_selection=["one"])) == ["one"]
    with pytest.raises(InvalidSubsetError, match="no computation 'inc'"):
        made.execute_in_process(op_selection=["inc"])


def test_a_job_of_a_wrong_selection() -> None:
    """It is an error when the job is made."""
    with pytest.raises(InvalidSubsetError, match=r"no computation 'on'\. Did you mean 'one'"):
        pair.to_job(op_selection=["on"])


def test_a_graph_is_run_in_part() -> None:
    """What it returns was not made then."""
    result = pair.execute_in_process(op_selection=["one"])
    assert ran(result) == ["one"]
    with pytest.raises(InvariantViolationError, match="inc"):
        result.output_value()


def test_a_job_is_run_in_part_by_worker_processes() -> None:
    """A worker plans the same part."""
    config = {"ops": {"inc": {"inputs": {"n": 5}}}}
    result = execute_job(nested, Instance.ephemeral(), config, op_selection=["inc", "alone"])
    assert result.success
    assert ran(result) == ["alone", "inc"]


# -- assets --------------------------------------------------------------------------------------------


@asset
def orders() -> list[int]:
    return [1, 2]


@asset(key_prefix="shop")
def revenue(orders: list[int]) -> int:
    return sum(orders)


ALL = define_asset_job("all").resolve([orders, revenue])


def test_assets_by_their_computations() -> None:
    """They are named as in the run config."""
    assert ran(run(ALL, "*shop__revenue")) == ["orders", "shop__revenue"]
    assert ran(run(ALL, "orders")) == ["orders"]
    with pytest.raises(InvalidSubsetError, match="cannot be read"):
        run(ALL, "shop/revenue")


def test_an_asset_that_does_not_run_is_loaded() -> None:
    """Through its IO manager."""
    instance = Instance.ephemeral()
    execute_job(ALL, instance, op_selection=["orders"])
    result = execute_job(ALL, instance, op_selection=["shop__revenue"])
    (event,) = result.filter_events(lambda event: event.is_step_materialization)
    assert str(event.asset_key) == "shop/revenue"


def test_a_part_of_an_asset_of_a_graph() -> None:
    """Its computations can run without the one that makes the asset."""
    made = define_asset_job("all").resolve([AssetsDefinition.from_graph(pair)])
    result = run(made, "pair.one")
    assert ran(result) == ["pair.one"]
    assert result.filter_events(lambda event: event.is_step_materialization) == []
    assert ran(run(made, "pair")) == ["pair.inc", "pair.one"]


def test_only_one_kind_of_selection() -> None:
    """Assets and computations cannot be selected at once."""
    with pytest.raises(InvalidSubsetError, match="only one of op_selection and asset_selection"):
        ALL.execute_in_process(op_selection=["orders"], asset_selection=["orders"])
