"""Jobs that are found by name, as `reconstructable` needs them."""

from __future__ import annotations

from typing import Any

from differential import current

__all__ = ["failing", "working"]


def working() -> Any:
    """Return a job of one op that doubles its config."""
    api = current.api

    @api.op(config_schema={"n": api.Field(int, default_value=2)})
    def double(context):
        return context.op_config["n"] * 2

    @api.job(executor_def=api.in_process_executor, tags={"of": "the job"})
    def doubles() -> None:
        double()

    return doubles


def failing() -> Any:
    """Return a job of an op that fails, and one that does not."""
    api = current.api

    @api.op
    def bad():
        raise ValueError

    @api.op
    def good():
        return 1

    @api.job(executor_def=api.in_process_executor)
    def fails() -> None:
        bad()
        good()

    return fails
