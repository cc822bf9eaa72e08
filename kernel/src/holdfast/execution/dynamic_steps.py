"""The steps that only the run can tell: one for each value of a dynamic output."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.execution.frontier import Frontier
from holdfast.execution.resolution import Resolution, copy_key, needs_resolution
from holdfast.plan import Plan

__all__ = ["DynamicSteps"]


class DynamicSteps:
    """Replaces steps that stand for many by one for each value, as soon as the values are known.

    Args:
        plan: the steps as they are known before the run.
        frontier: what may run next; told of the replacements.
    """

    def __init__(self, plan: Plan, frontier: Frontier) -> None:
        self._frontier = frontier
        self._unresolved = {step.key: step for step in plan if needs_resolution(step)}
        self._copies: dict[str, tuple[str, str]] = {}
        self._found: dict[tuple[str, str], tuple[str, ...]] = {}

    def expand(self, step_key: str, mapping_keys: Mapping[str, tuple[str, ...]]) -> None:
        """Take the mapping keys that a step made, by dynamic output."""
        for name, keys in mapping_keys.items():
            self._found[step_key, name] = keys
            copies = {
                step.key: {key: copy_key(step.key, key) for key in keys}
                for step in self._unresolved.values()
                if step.over == (step_key, name)
            }
            for original, by_key in copies.items():
                self._copies.update({copy: (original, key) for key, copy in by_key.items()})
            self._frontier.expand(copies)

    def resolved(self, key: str) -> tuple[str, Resolution | None]:
        """Return the plan's step that a step comes from, and what the run found out about it."""
        original, mapping_key = self._copies.get(key, (key, None))
        step = self._unresolved.get(original)
        if step is None:
            return key, None
        if not step.any_of:
            return original, Resolution(mapping_key)
        return original, Resolution(mapping_key, dict(self._found), frozenset(self._frontier.lost))
