"""Config from environment variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from holdfast import BoolSource, Field, IntSource, InvalidConfigError, Noneable, StringSource

Processed = Callable[..., Any]


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        (StringSource, "s", "s"),
        (StringSource, "", ""),
        (IntSource, "7", 7),
        (BoolSource, "true", True),
        (BoolSource, "0", True),
        (BoolSource, "", False),
        (Noneable(StringSource), "s", "s"),
    ],
)
def test_a_variable_is_read_as_its_type(
    processed: Processed, monkeypatch: pytest.MonkeyPatch, schema: Any, text: str, value: Any
) -> None:
    """Any text but the empty one is true."""
    monkeypatch.setenv("HERE", text)
    assert processed(schema, {"env": "HERE"}) == value


@pytest.mark.parametrize(("schema", "value"), [(StringSource, "a"), (IntSource, 7), (BoolSource, False)])
def test_a_source_may_be_the_value_itself(processed: Processed, schema: Any, value: Any) -> None:
    """A variable is one way to give it."""
    assert processed(schema, value) is value


@pytest.mark.parametrize(
    ("schema", "config", "problem"),
    [
        (StringSource, 5, r"r\.config: expected str, not 5"),
        (IntSource, True, r"r\.config: expected int, not True"),
        (IntSource, "7", r"expected int, not '7'"),
        (BoolSource, [], r"expected bool, not \[\]"),
        (StringSource, None, r"expected str, not None"),
        (StringSource, {"env": 5}, r"r\.config\.env: expected str, not 5"),
        (StringSource, {}, r"r\.config\.env: this is required"),
        (StringSource, {"evn": "A"}, r"r\.config\.evn: there is no such entry\. Did you mean 'env'"),
        (
            StringSource,
            {"env": "NOT_SET_ANYWHERE"},
            r"the environment variable 'NOT_SET_ANYWHERE' is not set",
        ),
    ],
)
def test_a_wrong_source_is_named_with_its_place(
    processed: Processed, schema: Any, config: Any, problem: str
) -> None:
    """As any other value that does not fit."""
    with pytest.raises(InvalidConfigError, match=problem):
        processed(schema, config)


def test_what_a_variable_holds_stays_out_of_messages(
    processed: Processed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be a secret."""
    monkeypatch.setenv("HERE", "hunter2")
    with pytest.raises(InvalidConfigError, match="'HERE' holds no int") as caught:
        processed(IntSource, {"env": "HERE"})
    assert "hunter2" not in str(caught.value)


def test_every_variable_that_is_missing_is_named(processed: Processed) -> None:
    """Together with whatever else does not fit."""
    with pytest.raises(InvalidConfigError) as caught:
        processed(
            {"a": StringSource, "b": IntSource, "c": int},
            {"a": {"env": "NO1"}, "b": {"env": "NO2"}, "c": "x"},
        )
    assert len(caught.value.problems) == 3


def test_a_default_may_be_a_variable(processed: Processed, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read when config is processed, not where the default is defined."""
    field = Field(StringSource, default_value={"env": "LATER"})
    monkeypatch.setenv("LATER", "now")
    assert processed({"a": field}) == {"a": "now"}
