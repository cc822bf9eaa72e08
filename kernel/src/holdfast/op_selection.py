"""Choosing some computations of a job, by their names and by what is upstream or downstream of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from holdfast.errors import InvalidSubsetError, did_you_mean
from holdfast.graph_steps import EACH, unfed_input
from holdfast.plan import (
    CollectedOutput,
    Plan,
    SeveralSources,
    Step,
    StepInput,
    StepOutput,
    StepSource,
    Unfed,
)

__all__ = ["select_ops"]

Path = tuple[str, ...]
"""The names of the nodes that lead to a computation, or to a graph."""

_CLAUSE = re.compile(r"(\*|\+*)([\w.]+)(\*|\+*)")


def select_ops(plan: Plan, op_selection: Any, what: str) -> Plan:
    """Return the plan of the chosen computations.

    What the others would have made is loaded where it is an asset. Of other inputs, lists go without it, and
    the rest takes its default or what the run config gives.

    Args:
        plan: the steps of all.
        op_selection: names of computations or graphs, ``graph.op`` for one inside a graph. A star before or
            after a name adds all that is upstream or downstream; a plus one level, among the nodes of the
            same graph. ``*`` alone is all, and so is an empty list.
        what: the job, for the message.

    Raises:
        InvalidSubsetError: something names no computation and no graph.
    """
    if isinstance(op_selection, str) or not isinstance(op_selection, Sequence):
        raise InvalidSubsetError(f"{what}: op_selection is a list of strings, not {op_selection!r}.")
    if not op_selection:
        return plan
    nodes = _Nodes(plan)
    chosen = {path for clause in op_selection for path in nodes.chosen(clause, what)}
    kept = [step for step in plan if any(step.path[:end] in chosen for end in range(1, len(step.path) + 1))]
    part = _Part(plan, {step.key: _own_key(step, kept) for step in kept}, what)
    steps = {part.keys[step.key]: part.step(step) for step in kept}
    left_out = [step for step in plan if step.key not in part.keys]
    return attrs.evolve(plan, steps=steps, left_out=(*plan.left_out, *left_out))


class _Nodes:
    """The nodes of a plan's graphs, those of one graph connected with each other."""

    def __init__(self, plan: Plan) -> None:
        self._upstream: dict[Path, set[Path]] = {}
        self._downstream: dict[Path, set[Path]] = {}
        for step in plan:
            for end in range(1, len(step.path) + 1):
                self._upstream.setdefault(step.path[:end], set())
                self._downstream.setdefault(step.path[:end], set())
        for step in plan:
            for key in step.upstream:
                one, other = _siblings(step.path, plan.steps[key].path)
                self._upstream[one].add(other)
                self._downstream[other].add(one)

    def chosen(self, clause: Any, what: str) -> Iterator[Path]:
        """Yield the nodes that a clause of a selection chooses."""
        text = clause.strip() if isinstance(clause, str) else ""
        if text == "*":
            yield from self._upstream
            return
        parts = _CLAUSE.fullmatch(text)
        if parts is None:
            raise InvalidSubsetError(
                f"{what}: {clause!r} in op_selection cannot be read. Write a name, with * or + before or "
                "after it for what is upstream or downstream."
            )
        before, name, after = parts.groups()
        path = tuple(name.split("."))
        if path not in self._upstream:
            known = map(".".join, self._upstream)
            raise InvalidSubsetError(f"{what} has no computation '{name}'.{did_you_mean(name, known)}")
        yield path
        yield from _reach(self._upstream, path, before)
        yield from _reach(self._downstream, path, after)


def _siblings(one: Path, other: Path) -> tuple[Path, Path]:
    """Return the nodes of one graph that lead to two computations."""
    same = 0
    while one[same] == other[same] and same < min(len(one), len(other)) - 1:
        same += 1
    return one[: same + 1], other[: same + 1]


def _reach(edges: Mapping[Path, set[Path]], path: Path, sign: str) -> Iterator[Path]:
    seen, border = {path}, {path}
    levels = len(edges) if sign == "*" else len(sign)
    while border and levels:
        border = {near for each in border for near in edges[each]} - seen
        seen |= border
        levels -= 1
        yield from border


def _own_key(step: Step, kept: Sequence[Step]) -> str:
    """Return the key of a step in the part: it runs once if what makes it run several times is left out."""
    if step.over is None or any(step.over[0] == each.key for each in kept):
        return step.key
    return step.key.removesuffix(EACH)


@attrs.frozen
class _Part:
    """Some steps of a plan.

    Attributes:
        plan: the whole.
        keys: the keys that the steps have in the part, by those they have in the whole.
        what: the job, for messages.
    """

    plan: Plan
    keys: Mapping[str, str]
    what: str

    def step(self, step: Step) -> Step:
        groups = (tuple(self._needs(group)) for group in step.any_of)
        return step._replace(
            key=self.keys[step.key],
            inputs=tuple(self._input(step, inp) for inp in step.inputs),
            outputs=tuple(map(self._made, step.outputs)),
            spare=tuple(map(self._made, step.spare)),
            waits_for=tuple(self._needs(step.waits_for)),
            any_of=tuple(group for group in groups if group),
            over=step.over if step.over is not None and step.over[0] in self.keys else None,
        )

    def _needs(self, needs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        return ((self.keys[key], name) for key, name in needs if key in self.keys)

    def _made(self, output: StepOutput) -> StepOutput:
        return output._replace(step_key=self.keys[output.step_key])

    def _input(self, step: Step, inp: StepInput) -> StepInput:
        source = self._source(step, inp.source)
        if source is None:
            return unfed_input(step.op, inp.name, Unfed(step.path, inp.name))
        return inp._replace(source=source)

    def _source(self, step: Step, source: StepSource) -> StepSource | None:
        if isinstance(source, StepOutput):
            if source.step_key in self.keys:
                return self._made(source)
            return source if source.asset_key in self.plan.graph else None
        if isinstance(source, SeveralSources):
            several = (self._source(step, each) for each in source.sources)
            return SeveralSources(tuple(each for each in several if each is not None))
        if isinstance(source, CollectedOutput):
            return self._collected(step, source)
        return source

    def _collected(self, step: Step, source: CollectedOutput) -> StepSource | None:
        if source.output.step_key not in self.keys:
            return None
        maker = source.over[0]
        if maker not in self.keys:
            raise InvalidSubsetError(
                f"{self.what}: '{step.key}' collects what '{maker}' leads to, which op_selection leaves out. "
                f"Select '{maker}' too."
            )
        return attrs.evolve(source, output=self._made(source.output))
