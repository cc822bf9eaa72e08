"""Config that does not fit: every problem at once, each with its path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from holdfast import Enum, EnumValue, InvalidConfigError, Selector, build_resources, resource

Processed = Callable[..., Any]


def problems_with(schema: Any, config: Any, processed: Processed) -> list[str]:
    with pytest.raises(InvalidConfigError) as caught:
        processed(schema, config)
    return [problem.removeprefix("resources.r.config") for problem in caught.value.problems]


def test_every_problem_is_listed_in_order(processed: Processed) -> None:
    """Of entries that are wrong, missing and unknown, at any depth."""
    schema = {"a": {"b": [{"c": int}]}, "z": str, "m": {str: int}}
    config = {"a": {"b": [{"c": 1}, {"c": "x"}, {"d": 2}]}, "m": {"k": "v"}, "zz": 1}
    assert problems_with(schema, config, processed) == [
        ".a.b[1].c: expected int, not 'x'",
        ".a.b[2].c: this is required (int)",
        ".a.b[2].d: there is no such entry. Known: c.",
        ".m.k: expected int, not 'v'",
        ".z: this is required (str)",
        ".zz: there is no such entry. Did you mean 'z'?",
    ]


def test_elements_are_in_the_order_of_their_numbers(processed: Processed) -> None:
    """The tenth comes after the second."""
    found = problems_with([int], ["x"] * 11, processed)
    assert [problem.partition(":")[0] for problem in found] == [f"[{i}]" for i in range(11)]


def test_problems_inside_alternatives_are_listed_too(processed: Processed) -> None:
    """In the entry that was chosen."""
    schema = {"how": Selector({"fast": {"n": int, "m": Enum("E", [EnumValue("A")])}, "slow": {}})}
    config = {"how": {"fast": {"n": "x", "m": "B"}}}
    assert problems_with(schema, config, processed) == [
        ".how.fast.m: E has no member 'B'. Known: A.",
        ".how.fast.n: expected int, not 'x'",
    ]


def test_problems_of_several_resources_come_together() -> None:
    """A missing config beside a wrong one."""
    resources = {name: resource(config_schema=int)(lambda context: 1) for name in ("a", "b", "c")}
    with (
        pytest.raises(InvalidConfigError) as caught,
        build_resources(resources, resource_config={"a": {"config": "x"}, "c": {"config": 1}}),
    ):
        pass
    assert caught.value.problems == (
        "resources.a.config: expected int, not 'x'",
        "resources.b.config: this is required (int)",
    )


def test_the_message_has_a_line_for_each_problem(processed: Processed) -> None:
    """Below what the config is for."""
    with pytest.raises(InvalidConfigError) as caught:
        processed({"a": int, "b": int}, {})
    first, *lines = str(caught.value).splitlines()
    assert "does not fit" in first
    assert [line.startswith("  - resources.r.config.") for line in lines] == [True, True]
