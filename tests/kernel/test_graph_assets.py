"""Assets that are made by graphs of computations, or by computations that exist already."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from holdfast import (
    AssetKey,
    AssetsDefinition,
    AssetSelection,
    GraphOut,
    In,
    InvalidDefinitionError,
    InvalidSubsetError,
    InvariantViolationError,
    IOManager,
    IOManagerDefinition,
    Nothing,
    Out,
    Output,
    ResourceDefinition,
    SourceAsset,
    TypeCheckDidNotPass,
    asset,
    define_asset_job,
    graph,
    load_assets_from_modules,
    materialize,
    materialize_to_memory,
    op,
    repository,
    with_resources,
)

A, B, C, D = (AssetKey(name) for name in "abcd")


@op
def one() -> int:
    return 1


@op
def increased(n: int) -> int:
    """One more."""
    return n + 1


@graph(out={"a": GraphOut("the first"), "b": GraphOut()})
def pair(raw: int) -> dict[str, Any]:
    a = increased(raw)
    return {"a": a, "b": increased(a)}


raw = asset(name="raw")(lambda: 10)


def pair_of(**options: Any) -> AssetsDefinition:
    return AssetsDefinition.from_graph(pair, **options)


def made(result: Any) -> list[str]:
    return [str(event.asset_key) for event in result.all_events if event.is_step_materialization]


def steps_of(result: Any) -> list[str]:
    return [event.step_key for event in result.all_events if event.is_step_success]


# -- what is an asset ----------------------------------------------------------------------------------------


def test_a_graph_of_one_output_is_an_asset_of_its_name() -> None:
    """And so is a computation; an output with a name of its own gives that name."""
    plain = graph(name="plain")(lambda: one())
    named = graph(name="named", out={"table": GraphOut()})(lambda: {"table": one()})
    assert AssetsDefinition.from_graph(plain).key == AssetKey("plain")
    assert AssetsDefinition.from_graph(named).key == AssetKey("table")
    assert AssetsDefinition.from_op(one).key == AssetKey("one")


def test_keys_may_be_strings() -> None:
    """Or sequences of them, as wherever a key is asked for."""
    definition = pair_of(keys_by_input_name={"raw": "x"}, keys_by_output_name={"a": ["p", "a"]})
    assert definition.keys_by_input_name == {"raw": AssetKey("x")}
    assert definition.keys_by_output_name == {"a": AssetKey(["p", "a"]), "b": B}


def test_steps_have_the_name_of_the_graph_before_theirs() -> None:
    """A second graph of the same name has a number."""
    left, right = pair_of(key_prefix="left"), pair_of(key_prefix="right")
    result = materialize_to_memory([raw, left, right])
    assert set(steps_of(result)) == {
        "raw",
        "pair.increased",
        "pair.increased_2",
        "pair_2.increased",
        "pair_2.increased_2",
    }
    assert result.asset_value(["right", "b"]) == 12


def test_values_of_a_graphs_nodes_are_asked_by_their_path() -> None:
    """The graph's outputs by its name."""
    result = materialize_to_memory([raw, pair_of()])
    assert result.output_for_node("pair", "b") == 12
    assert result.output_for_node("pair.increased") == 11


def test_one_output_cannot_be_two_assets() -> None:
    """Of a computation inside the graph; and two outputs cannot be one asset."""

    def twice() -> Any:
        n = one()
        return {"a": n, "b": n}

    same = graph(name="same", out={"a": GraphOut(), "b": GraphOut()})(twice)
    with pytest.raises(InvalidDefinitionError, match="'a' and 'b' are one output of 'one'"):
        AssetsDefinition.from_graph(same)
    with pytest.raises(InvalidDefinitionError, match="'a' and 'b' are both the asset 'x'"):
        pair_of(keys_by_output_name={"a": "x", "b": "x"})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"keys_by_input_name": {"rwa": "x"}}, "'rwa', which is no input.*'raw'"),
        ({"keys_by_output_name": {"c": "x"}}, "'c', which is no output"),
        ({"metadata_by_output_name": {"c": {}}}, "'c', which is no output"),
        ({"metadata_by_output_name": {"a": 3}}, "metadata of 'a' is a mapping"),
        ({"internal_asset_deps": {"c": set()}}, "'c', which is no output"),
        ({"internal_asset_deps": {"b": {"z"}}}, "'z', which is neither an input nor an output"),
        ({"keys_by_input_name": 3}, "keys_by_input_name is a mapping"),
        ({"group_name": "a b"}, "a b"),
        ({"key_prefix": "a b"}, "a b"),
        ({"resource_defs": 3}, "resource"),
    ],
)
def test_what_does_not_fit_the_graph_is_refused(options: Any, message: str) -> None:
    """Naming it, the parameter and the nearest name."""
    with pytest.raises(InvalidDefinitionError, match=message):
        pair_of(**options)


def test_what_is_no_graph_or_computation_is_refused() -> None:
    """And what has no outputs makes no assets."""
    silent = op(name="silent", out={})(lambda: None)
    for make, wrong in (
        (AssetsDefinition.from_graph, one),
        (AssetsDefinition.from_op, pair),
        (AssetsDefinition.from_op, silent),
    ):
        with pytest.raises(InvalidDefinitionError, match=r"takes a graph|takes an op|has no outputs"):
            make(wrong)


def test_a_definition_says_what_it_is_made_by() -> None:
    """A graph has no single computation, key or function to call; partitions it has none."""
    definition = pair_of()
    assert definition.node_def is pair
    assert definition.get_partition_mapping("raw") is None
    assert definition.required_resource_keys == {"io_manager"}
    with pytest.raises(InvalidDefinitionError, match="use its node_def"):
        _ = definition.op
    with pytest.raises(InvalidDefinitionError, match="keys instead of its key"):
        _ = definition.key
    with pytest.raises(InvariantViolationError, match="cannot be called"):
        definition()


def test_a_computation_that_is_an_asset_can_be_called() -> None:
    """As a function, in a test."""
    assert AssetsDefinition.from_op(increased)(3) == 4


# -- made directly -------------------------------------------------------------------------------------------


def test_an_input_that_is_no_asset_has_its_default() -> None:
    """Or is told by the run config, of a computation as of a graph."""
    plus = op(name="plus")(lambda x, n=5: x + n)
    around = graph(name="around")(lambda x, n: plus(x, n))
    for node in (plus, around):
        definition = AssetsDefinition(
            keys_by_input_name={"x": "raw"}, keys_by_output_name={"result": "sum"}, node_def=node
        )
        given = {"ops": {node.name: {"inputs": {"n": 7}}}}
        assert materialize_to_memory([raw, definition]).asset_value("sum") == 15
        assert materialize_to_memory([raw, definition], run_config=given).asset_value("sum") == 17


def test_an_output_that_is_no_asset_is_made_all_the_same() -> None:
    """And stored without a key."""
    two = op(name="two", out={"x": Out(), "y": Out()})(lambda: (1, 2))
    definition = AssetsDefinition(keys_by_input_name={}, keys_by_output_name={"x": "x"}, node_def=two)
    result = materialize_to_memory([definition])
    assert made(result) == ["x"]
    assert result.output_for_node("two", "y") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"node_def": 3}, "node_def is an op or a graph"),
        ({"keys_by_output_name": {}}, "nothing is made"),
        ({"keys_by_input_name": {"m": "x"}}, "'m', which is no input"),
        ({"keys_by_output_name": {"out": "x"}}, "'out', which is no output"),
        ({"selected_asset_keys": {"z"}}, "selected_asset_keys names 'z'"),
        ({"group_names_by_key": {"z": "g"}}, "group_names_by_key names 'z'"),
        ({"group_names_by_key": {"k": "a b"}}, "a b"),
        ({"metadata_by_key": {"z": {}}}, "metadata_by_key names 'z'"),
        ({"asset_deps": {"z": set()}}, "asset_deps names 'z'"),
        ({"asset_deps": {"k": {"z"}}}, "'k' is said to depend on 'z'"),
    ],
)
def test_a_definition_made_directly_is_checked(arguments: Any, message: str) -> None:
    """Everything it names must be there."""
    given = {
        "keys_by_input_name": {"n": "raw"},
        "keys_by_output_name": {"result": "k"},
        "node_def": increased,
    }
    with pytest.raises(InvalidDefinitionError, match=message):
        AssetsDefinition(**{**given, **arguments})


# -- running -------------------------------------------------------------------------------------------------


class Recorder(IOManager):
    """Keeps values by step, and what it was told of each."""

    def __init__(self) -> None:
        self.values: dict[Any, Any] = {}
        self.keys: dict[str, str | None] = {}
        self.metadata: dict[str, Any] = {}

    def handle_output(self, context: Any, obj: Any) -> None:
        self.keys[context.step_key] = str(context.asset_key) if context.has_asset_key else None
        self.metadata[context.step_key] = dict(context.metadata)
        self.values[self._identity(context)] = obj

    def load_input(self, context: Any) -> Any:
        return self.values[self._identity(context.upstream_output)]

    def _identity(self, context: Any) -> Any:
        return context.asset_key if context.has_asset_key else tuple(context.get_identifier())


def test_values_between_computations_are_stored_without_a_key() -> None:
    """Those that are assets have theirs, and the metadata of output and definition."""
    recorder = Recorder()
    tagged = op(name="tagged", out=Out(metadata={"own": 1}))(lambda n: n)
    table = graph(name="table")(lambda raw: tagged(increased(raw)))
    definition = AssetsDefinition.from_graph(table, metadata_by_output_name={"result": {"more": 2}})
    manager = IOManagerDefinition.hardcoded_io_manager(recorder)
    materialize([raw, definition], resources={"io_manager": manager})
    assert recorder.keys == {"raw": "raw", "table.increased": None, "table.tagged": "table"}
    assert recorder.metadata["table.tagged"] == {"own": 1, "more": 2}


def test_types_of_inputs_and_outputs_are_checked() -> None:
    """Of a computation that is an asset, as of one inside a graph."""
    word = asset(name="raw")(lambda: "a")
    for definition in (AssetsDefinition.from_op(increased, keys_by_input_name={"n": "raw"}), pair_of()):
        with pytest.raises(TypeCheckDidNotPass, match="Input 'n'"):
            materialize_to_memory([word, definition])


def test_an_ordering_input_of_a_graph_orders() -> None:
    """And loads nothing."""
    after = op(name="after", ins={"start": In(Nothing)})(lambda: 1)
    waiting = graph(name="waiting")(lambda raw: after(raw))
    result = materialize_to_memory([AssetsDefinition.from_graph(waiting), raw])
    assert steps_of(result) == ["raw", "waiting.after"]
    assert not any(event.is_loaded_input for event in result.all_events)


def test_an_optional_output_skips_what_reads_it() -> None:
    """As that of any asset."""
    maybe = op(name="maybe", out=Out(is_required=False))(lambda: None)
    definition = AssetsDefinition.from_graph(graph(name="table")(lambda: maybe()))
    result = materialize_to_memory([definition, asset(name="reader")(lambda table: table)])
    assert result.success
    assert made(result) == []


def test_graphs_may_hold_graphs() -> None:
    """Their steps have every name on the way."""
    twice = graph(name="twice")(lambda n: increased(increased(n)))
    table = AssetsDefinition.from_graph(graph(name="table")(lambda raw: twice(twice(raw))))
    result = materialize_to_memory([raw, table])
    assert result.asset_value("table") == 14
    assert "table.twice_2.increased_2" in steps_of(result)


def test_config_reaches_the_computations_of_a_graph() -> None:
    """By their path."""
    scaled = op(name="scaled", config_schema={"by": int})(lambda context, n: n * context.op_config["by"])
    table = AssetsDefinition.from_graph(graph(name="table")(lambda raw: scaled(raw)))
    config = {"ops": {"table": {"ops": {"scaled": {"config": {"by": 3}}}}}}
    assert materialize_to_memory([raw, table], run_config=config).asset_value("table") == 30


# -- subsets -------------------------------------------------------------------------------------------------


def choosy(seen: dict[str, Any]) -> AssetsDefinition:
    """Return four assets of a graph; each computation records what its context says is selected."""

    def see(context: Any) -> None:
        keys = sorted(map(str, context.selected_asset_keys))
        seen[context.step_key] = (sorted(context.selected_output_names), keys)

    @op(out={"x": Out(is_required=False), "y": Out(is_required=False)})
    def both(context: Any) -> Any:
        see(context)
        return tuple(name in context.selected_output_names or None for name in ("x", "y"))

    @op
    def last(context: Any, n: Any) -> Any:
        see(context)
        return n

    @op
    def first(context: Any) -> int:
        see(context)
        return 1

    @graph(out={name: GraphOut() for name in "abcd"})
    def choice() -> dict[str, Any]:
        x, y = both()
        c = last.alias("middle")(first())
        return {"a": x, "b": last.alias("of_y")(y), "c": c, "d": last.alias("of_c")(c)}

    return AssetsDefinition.from_graph(choice, can_subset=True)


@pytest.mark.parametrize(
    ("selected", "expected", "stored"),
    [
        ("a", {"both": ["x"]}, "a"),
        ("b", {"both": ["y"], "of_y": ["result"]}, "b"),
        ("c", {"first": ["result"], "middle": ["result"]}, "c"),
        ("d", {"first": ["result"], "middle": ["result"], "of_c": ["result"]}, "cd"),
        ("ab", {"both": ["x", "y"], "of_y": ["result"]}, "ab"),
    ],
)
def test_only_the_computations_that_are_needed_run(selected: str, expected: Any, stored: str) -> None:
    """Each is told which of its outputs are needed, and which assets are asked for."""
    seen: dict[str, Any] = {}
    result = materialize_to_memory([choosy(seen)], selection=list(selected))
    assert seen == {f"choice.{name}": (outputs, list(selected)) for name, outputs in expected.items()}
    assert sorted(made(result)) == list(stored)


def test_the_plan_says_what_is_made_on_the_way() -> None:
    """An asset that nobody asked for, which another of its graph is made of."""
    plan = define_asset_job("job", "d").resolve([choosy({})]).plan()
    assert plan.reason(plan.steps["choice.middle"]) == "on the way to d"
    assert plan.reason(plan.steps["choice.of_c"]) == "named by key:d"


def test_what_is_made_without_being_needed_is_kept() -> None:
    """A computation need not know that it makes assets."""
    two = op(name="two", out={"x": Out(), "y": Out()})(lambda: (1, 2))
    both = graph(name="both", out={"a": GraphOut(), "b": GraphOut()})(lambda: two())
    result = materialize_to_memory([AssetsDefinition.from_graph(both, can_subset=True)], selection="b")
    assert made(result) == ["a", "b"]


def test_inputs_that_the_subset_does_not_need_are_not_loaded() -> None:
    """They need not even have been stored."""

    @graph(out={"a": GraphOut(), "b": GraphOut()})
    def apart(raw: int, other: int) -> dict[str, Any]:
        return {"a": increased(raw), "b": increased(other)}

    definition = AssetsDefinition.from_graph(apart, can_subset=True)
    result = materialize_to_memory([raw, SourceAsset("other"), definition], selection=["raw", "a"])
    assert made(result) == ["raw", "a"]


def test_part_of_what_makes_all_or_nothing_is_refused() -> None:
    """Naming the assets that are missing."""
    with pytest.raises(InvalidSubsetError, match=r"cannot make 'a' alone\. Select 'b' too"):
        materialize_to_memory([raw, pair_of()], selection="a")


def test_an_asset_may_stand_between_two_of_a_graph() -> None:
    """The graph is then run in parts."""

    @graph(out={"a": GraphOut(), "c": GraphOut()})
    def around(b: int) -> dict[str, Any]:
        return {"a": one(), "c": increased(b)}

    definition = AssetsDefinition.from_graph(
        around, can_subset=True, internal_asset_deps={"a": set(), "c": {"b"}}
    )
    result = materialize_to_memory([definition, asset(name="b")(lambda a: a + 10)])
    assert steps_of(result) == ["around.one", "b", "around_2.increased"]
    assert result.asset_value("c") == 12


def test_computations_that_wait_for_each_other_are_an_error_not_a_hang() -> None:
    """Though what is said of their assets hides it."""
    knot = AssetsDefinition.from_op(
        increased, keys_by_input_name={"n": "b"}, internal_asset_deps={"result": set()}
    )
    with pytest.raises(InvalidDefinitionError, match="increased"):
        materialize_to_memory([knot, asset(name="b")(lambda increased: 1)])


def test_a_subset_makes_no_other_asset() -> None:
    """Nor has it their keys, groups or dependencies."""
    part = pair_of(can_subset=True, group_name="g").subset_for({A, C})
    assert part.keys_by_output_name == {"a": A}
    assert part.group_names_by_key == {A: "g"}
    assert list(part.asset_deps) == [A]
    assert [node.key for node in part.asset_nodes()] == [A]


# -- what other definitions can be done with ----------------------------------------------------------------


def test_resources_reach_the_computations_of_a_graph() -> None:
    """Those that `with_resources` gives; what is not needed is left out."""
    use = op(name="use", required_resource_keys={"rate"})(lambda context: context.resources.rate)
    definition = AssetsDefinition.from_graph(graph(name="table")(lambda: use()))
    rates = {"rate": ResourceDefinition.hardcoded_resource(4), "other": ResourceDefinition.none_resource()}
    (bound,) = with_resources([definition], rates)
    assert materialize_to_memory([bound]).asset_value("table") == 4
    assert "other" not in bound.resource_defs


def test_a_prefix_and_a_group_are_put_on_copies() -> None:
    """When modules are loaded; the graph itself stays as it is."""
    module = ModuleType("tables")
    module.raw, module.pair = raw, pair_of(metadata_by_output_name={"a": {"rows": 1}})  # type: ignore[attr-defined]
    loaded = load_assets_from_modules([module], group_name="g", key_prefix="p")
    result = materialize_to_memory(loaded)
    (copy,) = (each for each in loaded if len(each.keys) == 2)
    assert sorted(made(result)) == ["p/a", "p/b", "p/raw"]
    assert set(copy.group_names_by_key.values()) == {"g"}
    assert copy.metadata_by_key[AssetKey(["p", "a"])] == {"rows": 1}


def test_source_assets_stand_in_for_a_graphs() -> None:
    """With their description, metadata, IO manager and group."""
    first, second = pair_of(group_name="g", metadata_by_output_name={"a": {"rows": 1}}).to_source_assets()
    assert (first.key, second.key, first.group_name) == (A, B, "g")
    assert (first.description, first.io_manager_key) == ("the first", "io_manager")
    assert first.raw_metadata == {"rows": 1}


def test_values_of_a_graphs_assets_are_loaded_without_a_run() -> None:
    """Through the IO manager of the output that each is."""
    manager = IOManagerDefinition.hardcoded_io_manager(Recorder())
    assets = with_resources([raw, pair_of()], {"io_manager": manager})
    materialize(assets)

    @repository
    def shop() -> list[Any]:
        return [*assets]

    assert shop.load_asset_value("b") == 12


def test_jobs_and_selections_reach_a_graphs_assets() -> None:
    """As any others."""
    selection = AssetSelection.keys("raw").downstream(depth=1, include_self=False)
    job = define_asset_job("job", selection).resolve([raw, pair_of()])
    assert job.asset_keys == {A, B}


def test_a_graph_in_a_repository_is_a_job() -> None:
    """Of its name."""
    alone = graph(name="alone")(lambda: one())

    @repository
    def shop() -> list[Any]:
        return [alone, alone.to_job(name="again")]

    assert shop.job_names == ["alone", "again"]
    assert shop.get_job("alone").execute_in_process().output_for_node("one") == 1


def test_a_yield_inside_a_graph_may_carry_metadata() -> None:
    """It is on the materialization of the asset."""
    counted = op(name="counted")(lambda: Output(1, metadata={"rows": 2}))
    definition = AssetsDefinition.from_graph(graph(name="table")(lambda: counted()))
    result = materialize_to_memory([definition])
    (event,) = (event for event in result.all_events if event.is_step_materialization)
    assert event.data.metadata["rows"].value == 2
