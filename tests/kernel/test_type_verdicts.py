"""What a run records of the checks of runtime types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from holdfast import (
    AssetIn,
    DagsterType,
    Event,
    IOManager,
    IOManagerDefinition,
    MetadataEntry,
    TypeCheck,
    TypeCheckDidNotPass,
    asset,
    materialize,
)


def short(limit: int) -> DagsterType:
    """Return the type of lists that are not too long, which says how long they are."""

    def check(_context: Any, value: list[int]) -> TypeCheck:
        found = len(value)
        return TypeCheck(found <= limit, f"{found} rows", metadata={"rows": found})

    return DagsterType(check, name="Short")


@asset(dagster_type=short(2))
def rows(context: Any) -> list[int]:
    return [1] * context.op_config  # type: ignore[no-any-return]


def run(length: int, *more: Any) -> dict[str, Event]:
    """Return the last event of each type of a run that makes so many rows."""
    config = {"ops": {"rows": {"config": length}}}
    result = materialize([rows, *more], run_config=config, raise_on_error=False)
    return {event.event_type_value: event for event in result.all_events}


def test_the_verdict_on_an_output() -> None:
    """Is on its event."""
    verdict = run(1)["STEP_OUTPUT"].data.type_check
    assert (verdict.success, verdict.description, verdict.metadata["rows"].value) == (True, "1 rows", 1)


def test_an_output_that_does_not_pass() -> None:
    """Its event has the verdict, the failure too, and nothing is stored."""
    events = run(3)
    verdict, failure = events["STEP_OUTPUT"].data.type_check, events["STEP_FAILURE"].data
    assert (verdict.success, verdict.description, verdict.metadata["rows"].value) == (False, "3 rows", 3)
    assert (failure.description, failure.metadata["rows"].value) == ("3 rows", 3)
    assert "HANDLED_OUTPUT" not in events


@pytest.mark.parametrize("length", [0, 1])
def test_the_verdict_on_an_input(length: int) -> None:
    """Is on its event, whether it passes or not; the function of one that does not is not called."""
    called = []

    @asset(ins={"rows": AssetIn(dagster_type=short(0))})
    def strict(rows: Any) -> None:
        called.append(rows)

    verdict = run(length, strict)["STEP_INPUT"].data.type_check
    assert (verdict.success, verdict.metadata["rows"].value) == (length == 0, length)
    assert len(called) == (1 if length == 0 else 0)


def test_a_check_that_raises_is_what_the_run_raises() -> None:
    """And not that it did."""

    def check(_context: Any, _value: Any) -> bool:
        raise ZeroDivisionError("the check")

    @asset(dagster_type=DagsterType(check, name="Broken"))
    def broken() -> int:
        return 1

    with pytest.raises(ZeroDivisionError, match="the check"):
        materialize([broken])


def test_a_value_that_does_not_pass_is_what_the_run_raises() -> None:
    """With what the check said."""
    with pytest.raises(TypeCheckDidNotPass, match="3 rows"):
        materialize([rows], run_config={"ops": {"rows": {"config": 3}}})


def test_a_value_of_any_type_has_no_verdict() -> None:
    """There is nothing to say."""

    @asset
    def anything() -> Any:
        return 1

    result = materialize([anything])
    (event,) = result.filter_events(lambda event: event.event_type_value == "STEP_OUTPUT")
    assert event.data.type_check is None


def test_an_io_manager_may_yield_metadata() -> None:
    """Entries and mappings are put together on the materialization."""

    class Yielding(IOManager):
        def handle_output(self, context: Any, obj: Any) -> Iterator[Any]:
            yield MetadataEntry("one", value=1)
            yield {"two": 2}

        def load_input(self, context: Any) -> Any:
            return None

    @asset(io_manager_def=IOManagerDefinition.hardcoded_io_manager(Yielding()))
    def kept() -> int:
        return 1

    (made,) = materialize([kept]).asset_materializations_for_node("kept")
    assert {label: value.value for label, value in made.metadata.items()} == {"one": 1, "two": 2}
