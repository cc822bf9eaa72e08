"""What may run next of a plan for many partitions, against a model that lists all of it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import (
    AssetGraph,
    AssetIn,
    AssetKey,
    AssetsDefinition,
    AssetSelection,
    InvariantViolationError,
    StaticPartitionsDefinition,
    SubsetPartitionMapping,
    asset,
)
from holdfast.execution.partition_frontier import PartitionFrontier
from holdfast.instance import Instance
from holdfast.planning import make_plan
from holdfast.run_partitions import moment_of
from holdfast.units import Units, partitioned_plan

KEYS = ["a", "b", "c", "d"]
LETTERS = StaticPartitionsDefinition(KEYS)


class Table(SubsetPartitionMapping):
    """What is written down: by downstream key, the upstream keys; downstream, too few or too many."""

    def __init__(self, table: Mapping[str, set[str]], wrong: Mapping[str, set[str]]) -> None:
        self.table, self.wrong = table, wrong

    def finds_several(self, upstream_def: Any, downstream_def: Any) -> bool:
        return True

    def upstream_subset(self, downstream: Any, upstream_def: Any) -> Any:
        return upstream_def.subset(up for key in downstream for up in sorted(self.table[key]))

    def downstream_subset(self, upstream: Any, downstream_def: Any) -> Any:
        right = {down for down in KEYS for up in upstream if up in self.table[down]}
        return downstream_def.subset(sorted(right ^ {down for up in upstream for down in self.wrong[up]}))


@st.composite
def graphs(draw: st.DrawFn, *, lawful: bool = True) -> Any:
    """Draw assets, each with a mapping to some of those before it and maybe to itself."""
    keys = st.sets(st.sampled_from(KEYS))
    nothing = st.just({key: set() for key in KEYS})
    wrong = nothing if lawful else st.fixed_dictionaries(dict.fromkeys(KEYS, keys))
    assets: list[AssetsDefinition] = []
    needs: dict[str, set[str]] = {}
    for number in range(draw(st.integers(1, 4))):
        name = f"n{number}"
        partitions_def = draw(st.sampled_from([LETTERS, LETTERS, LETTERS, None]))
        inputs: dict[str, AssetIn] = {}
        mine = [f"{name}[{key}]" for key in KEYS] if partitions_def else [name]
        needs.update((step, set()) for step in mine)
        for up in assets:
            if not draw(st.booleans()):
                continue
            above = str(up.key)
            if partitions_def is None or up.partitions_def is None:
                inputs[above] = AssetIn()
                theirs = [f"{above}[{key}]" for key in KEYS] if up.partitions_def else [above]
                for step in mine:
                    needs[step] |= set(theirs)
                continue
            table = draw(st.fixed_dictionaries(dict.fromkeys(KEYS, keys)))
            inputs[above] = AssetIn(partition_mapping=Table(table, draw(wrong)))
            for key in KEYS:
                needs[f"{name}[{key}]"] |= {f"{above}[{each}]" for each in table[key]}
        if partitions_def is not None and draw(st.booleans()):
            before = {key: set(KEYS[:place][-1:]) for place, key in enumerate(KEYS)}
            inputs[name] = AssetIn(partition_mapping=Table(before, draw(wrong)))
            for key in KEYS:
                needs[f"{name}[{key}]"] |= {f"{name}[{each}]" for each in before[key]}
        assets.append(asset_reading(name, inputs, partitions_def))
    return assets, needs


def asset_reading(name: str, inputs: dict[str, AssetIn], partitions_def: Any) -> AssetsDefinition:
    namespace: dict[str, Any] = {}
    exec(f"def compute({', '.join(inputs)}): return 1", namespace)
    return asset(name=name, ins=inputs, partitions_def=partitions_def)(namespace["compute"])


def frontier_over(assets: list[AssetsDefinition]) -> PartitionFrontier:
    graph = AssetGraph.of(assets)
    plan = make_plan(graph, graph.asset_keys, AssetSelection.all())
    subsets = {node.key: LETTERS.all() for node in graph.nodes if node.partitioned}
    moment = moment_of(Instance.ephemeral())
    units = partitioned_plan(plan, subsets, moment).units
    assert isinstance(units, Units)
    return PartitionFrontier(units)


def check(assets: list[AssetsDefinition], needs: dict[str, set[str]], seed: int) -> None:
    """Run everything in a random order with random failures; compare with what is needed."""
    chance = random.Random(seed)
    frontier = frontier_over(assets)
    running: list[str] = []
    succeeded: set[str] = set()
    told: list[str] = []
    while not frontier.done:
        if frontier.has_ready and (not running or chance.random() < 0.6):
            name = frontier.start_next()
            assert needs[name] <= succeeded
            running.append(name)
            continue
        name = running.pop(chance.randrange(len(running)))
        fate = chance.random()
        if fate < 0.15:
            frontier.retry(name)
        elif fate < 0.35:
            told += [skip.step_key for skip in frontier.fail(name)]
        else:
            succeeded.add(name)
            told += [skip.step_key for skip in frontier.succeeded(name)]
    lost = set(frontier.failed)
    while grown := {step for step, needed in needs.items() if needed & lost} - lost:
        lost |= grown
    assert sorted(told) == sorted(frontier.skipped) == sorted(lost - frontier.failed)
    assert succeeded == needs.keys() - lost


@given(graphs(), st.integers(0, 2**32))
def test_each_step_runs_after_what_it_needs(drawn: Any, seed: int) -> None:
    """Everything ends, and what is skipped is exactly what depends on a failure."""
    if any(definition.partitions_def for definition in drawn[0]):
        check(*drawn, seed)


@given(graphs(lawful=False), st.integers(0, 2**32))
def test_what_is_upstream_counts(drawn: Any, seed: int) -> None:
    """The same holds where a mapping names the wrong partitions downstream."""
    if any(definition.partitions_def for definition in drawn[0]):
        check(*drawn, seed)


def test_a_step_that_does_not_run_cannot_end() -> None:
    """Nor be tried again."""
    frontier = frontier_over([asset(name="x", partitions_def=LETTERS)(lambda: 1)])
    for end in (frontier.succeeded, frontier.fail, frontier.retry):
        with pytest.raises(InvariantViolationError, match=r"'x\[a\]' is not running"):
            end("x[a]")


def test_nothing_is_handed_out_twice() -> None:
    """Once all have started, there is none."""
    frontier = frontier_over([asset(name="x", partitions_def=LETTERS)(lambda: 1)])
    assert [frontier.start_next() for _ in KEYS] == [f"x[{key}]" for key in KEYS]
    with pytest.raises(IndexError):
        frontier.start_next()


def test_the_step_of_a_partition_is_at_it() -> None:
    """Its inputs and outputs are those of the partition, whoever asks for it."""
    graph = AssetGraph.of([asset(name="x", partitions_def=LETTERS)(lambda: 1)])
    plan = make_plan(graph, graph.asset_keys, AssetSelection.all())
    made = partitioned_plan(plan, {AssetKey("x"): LETTERS.all()}, moment_of(Instance.ephemeral()))
    assert made.step("x[b]").partition_key == "b"
    assert made.step("x[b]").outputs[0].partitions == LETTERS.subset(["b"])
    with pytest.raises(KeyError):
        made.step("y[b]")
