"""How hypothesis drives what is tried beside a model of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

__all__ = ["drive"]


def drive(make: Callable[[], RuleBasedStateMachine], *, examples: int, steps: int, shrinks: bool) -> None:
    """Run a state machine until it goes wrong, or often enough.

    Args:
        make: makes it, anew for each example.
        examples: how many examples are made up.
        steps: of how many steps each is at most.
        shrinks: whether the shortest example that goes wrong is looked for.
    """
    chosen = settings(
        database=None,
        deadline=None,
        max_examples=examples,
        stateful_step_count=steps,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run: Any = run_state_machine_as_test  # which versions of hypothesis annotate differently, or not at all
    run(make, settings=chosen if shrinks else settings(chosen, phases=[Phase.generate]))
