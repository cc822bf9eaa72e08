"""Run config: what it says to computations, graphs, inputs, outputs, resources and executors."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    AssetKey,
    ConfigMapping,
    Field,
    InputContext,
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    IOManager,
    OutputContext,
    asset,
    config_mapping,
    define_asset_job,
    graph,
    in_process_executor,
    io_manager,
    job,
    materialize_to_memory,
    op,
    resource,
    validate_run_config,
)


@op(config_schema={"limit": int, "unit": Field(str, default_value="km")})
def measure(context: Any) -> Any:
    """Give back what it was told."""
    return context.op_config


@job
def measuring() -> None:
    """Measure once."""
    measure()


def config_of(limit: Any, **more: Any) -> dict[str, Any]:
    return {"ops": {"measure": {"config": {"limit": limit, **more}}}}


def problems_of(run_config: Any, of: Any = measuring) -> list[str]:
    with pytest.raises(InvalidConfigError) as caught:
        validate_run_config(of, run_config)
    return list(caught.value.problems)


def test_a_computation_gets_its_config_with_defaults() -> None:
    """What the run config leaves out comes from the schema."""
    result = measuring.execute_in_process(run_config=config_of(3))
    assert result.output_for_node("measure") == {"limit": 3, "unit": "km"}


def test_an_asset_gets_its_config() -> None:
    """Under the name of its computation."""

    @asset(config_schema=int, key_prefix="p")
    def sized(context: Any) -> Any:
        return context.op_config

    result = materialize_to_memory([sized], run_config={"ops": {"p__sized": {"config": 5}}})
    assert result.asset_value(AssetKey(["p", "sized"])) == 5


def test_every_problem_is_listed_with_its_path() -> None:
    """At once, each with the nearest valid name."""
    found = problems_of({"opss": {}, "ops": {"measur": {}, "measure": {"config": {"limit": "x", "b": 1}}}})
    assert found == [
        "opss: there is no such section. Did you mean 'ops'?",
        "ops.measur: there is no such computation. Did you mean 'measure'?",
        "ops.measure.config.b: there is no such entry. Known: limit, unit.",
        "ops.measure.config.limit: expected int, not 'x'",
    ]


def test_missing_config_is_a_problem_before_anything_runs() -> None:
    """Without run config, too."""
    with pytest.raises(InvalidConfigError, match=r"ops\.measure\.config: this is required"):
        measuring.execute_in_process()


def test_validating_fills_in_defaults() -> None:
    """The sections are those of a run config."""
    filled = validate_run_config(measuring, config_of(3))
    assert filled["ops"] == {"measure": {"config": {"limit": 3, "unit": "km"}, "inputs": {}, "outputs": {}}}
    assert set(filled) == {"ops", "resources", "execution", "loggers"}


def test_only_a_job_can_be_validated_against() -> None:
    """Anything else is refused by name."""
    with pytest.raises(InvalidInvocationError, match="job_def is a job, not 3"):
        validate_run_config(3, {})  # type: ignore[arg-type]


def test_config_of_a_job_is_checked_when_it_is_defined() -> None:
    """A job of assets is defined once it is in a repository."""
    with pytest.raises(InvalidConfigError, match=r"ops\.measure\.config\.limit"):
        measuring.graph_def.to_job(config=config_of("x"))

    @asset(config_schema=int)
    def sized(context: Any) -> Any:
        return context.op_config

    wrong = define_asset_job("wrong", config={"ops": {"sized": {"config": "x"}}})
    with pytest.raises(InvalidConfigError, match=r"ops\.sized\.config"):
        wrong.resolve([sized])


def test_config_of_a_run_replaces_that_of_its_job() -> None:
    """The job's is the default."""
    made = measuring.graph_def.to_job(config=config_of(1))
    assert made.execute_in_process().output_for_node("measure")["limit"] == 1
    again = made.execute_in_process(run_config=config_of(2))
    assert again.output_for_node("measure")["limit"] == 2


@config_mapping(config_schema={"base": int})
def doubled(given: Any) -> Any:
    """From the small config to the run config."""
    return config_of(2 * given["base"])


def test_a_config_mapping_makes_the_run_config_of_a_job() -> None:
    """The job takes what the mapping takes, and nothing else."""
    made = measuring.graph_def.to_job(config=doubled)
    result = made.execute_in_process(run_config={"base": 4})
    assert result.output_for_node("measure")["limit"] == 8
    assert made.config_mapping is doubled
    assert problems_of({"basis": 4}, made) == [
        "base: this is required (int)",
        "basis: there is no such entry. Did you mean 'base'?",
    ]


def test_a_config_mapping_makes_the_run_config_of_an_asset_job() -> None:
    """As of any other job."""

    @asset(config_schema=int)
    def sized(context: Any) -> Any:
        return context.op_config

    small = ConfigMapping(lambda given: {"ops": {"sized": {"config": given}}}, int)
    made = define_asset_job("made", config=small).resolve([sized])
    assert made.execute_in_process(run_config=7).asset_value("sized") == 7  # type: ignore[arg-type]


@graph(config=ConfigMapping(lambda given: {"measure": {"config": {"limit": given["n"]}}}, {"n": int}))
def mapped() -> Any:
    """Measure with less config."""
    return measure()


def test_a_graph_makes_the_config_of_its_nodes() -> None:
    """It takes config of its own in their place."""
    made = graph(name="outer")(lambda: mapped()).to_job()
    result = made.execute_in_process(run_config={"ops": {"mapped": {"config": {"n": 6}}}})
    assert result.output_for_node("mapped.measure")["limit"] == 6
    assert problems_of({"ops": {"mapped": {"ops": {}}}}, made) == [
        "ops.mapped.ops: there is no such entry. Known: config.",
        "ops.mapped.config: this is required ({n: int})",
    ]


def test_a_graph_with_a_mapping_can_be_configured() -> None:
    """The copy needs no config any more."""
    fixed = mapped.configured({"n": 9}, name="fixed")
    made = graph(name="outer")(lambda: fixed()).to_job()
    assert made.execute_in_process().output_for_node("fixed.measure")["limit"] == 9


def test_a_graph_without_a_mapping_cannot_be_configured() -> None:
    """There is nothing to configure."""
    with pytest.raises(InvalidDefinitionError, match="no config of its own"):
        graph(name="plain")(lambda: measure()).configured({}, name="copy")


def test_the_config_of_a_graph_is_a_mapping() -> None:
    """Anything else is refused when the graph is defined."""
    with pytest.raises(InvalidDefinitionError, match="config is a ConfigMapping, not 3"):
        graph(name="wrong", config=3)(lambda: measure())


class Told(IOManager):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.configs: list[Any] = []

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        self.configs.append(("out", context.config))

    def load_input(self, context: InputContext) -> Any:
        self.configs.append(("in", context.config))
        return 1


def test_an_io_manager_gets_the_config_of_inputs_and_outputs() -> None:
    """By its own schemas for them."""
    told = Told()
    manager = io_manager(input_config_schema=str, output_config_schema=int)(lambda: told)
    first, second = op(name="first")(lambda: 1), op(name="second")(lambda x: x)
    made = graph(name="both")(lambda: second(first())).to_job(resource_defs={"io_manager": manager})
    outputs = {"outputs": {"result": 1}}
    ops = {"first": outputs, "second": {"inputs": {"x": "a"}, **outputs}}
    made.execute_in_process(run_config={"ops": ops})
    assert told.configs == [("out", 1), ("in", "a"), ("out", 1)]
    assert problems_of({}, made) == [
        "ops.first.outputs.result: this is required (int)",
        "ops.second.inputs.x: this is required (str)",
        "ops.second.outputs.result: this is required (int)",
    ]


def test_resources_are_checked_with_the_rest() -> None:
    """All problems of a run config come together."""
    db = resource(config_schema={"url": str})(lambda context: context.resource_config)
    made = measuring.graph_def.to_job(resource_defs={"db": db})
    assert problems_of({"resources": {"db": {"config": {"url": 3}}}}, made) == [
        "ops.measure.config: this is required ({limit: int, unit?: str})",
        "resources.db.config.url: expected str, not 3",
    ]


def test_the_config_of_an_executor_is_checked() -> None:
    """Also for runs that another executor runs."""
    made = measuring.graph_def.to_job(executor_def=in_process_executor)
    found = {**config_of(1), "execution": {"config": {"retry": {}}}}
    assert problems_of(found, made)[0].startswith("execution.config.retry: there is no such entry.")
    with pytest.raises(InvalidConfigError, match=r"execution\.config\.retry"):
        made.execute_in_process(run_config=found)


def test_a_config_mapping_that_gives_nothing_is_a_problem() -> None:
    """A function without a return is a mistake, and not an empty config."""
    made = measuring.graph_def.to_job(config=ConfigMapping(lambda given: None, {"base": int}))
    (problem,) = problems_of({"base": 4}, made)
    assert problem.startswith("the function '<lambda>'")
    assert problem.endswith("returns None")
