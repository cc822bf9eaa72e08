"""Config schemas: how they are written, and what is wrong with those that cannot be used."""

from __future__ import annotations

import enum
import pickle
import typing
from collections.abc import Callable
from typing import Any

import pytest

from holdfast import (
    Array,
    ConfigSchema,
    Enum,
    EnumValue,
    Field,
    InvalidConfigDefinitionError,
    InvalidConfigError,
    InvariantViolationError,
    Map,
    Noneable,
    Permissive,
    ScalarUnion,
    Selector,
    Shape,
    StringSource,
    resource,
)

Processed = Callable[..., Any]


class Colour(enum.Enum):
    RED = "r"


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("int", "'int' is no config type"),
        (5, "5 is no config type"),
        ([], r"the one type of its elements, as in \[int\]"),
        ([int, str], r"the one type of its elements"),
        ((int,), "is no config type"),
        ({int}, "is no config type"),
        ({1: int}, "the key: 1 is no config type"),
        ({1: int, "a": str}, "the name of an entry is a string, not 1"),
        ({"a": "int"}, r"config_schema\.a: 'int'"),
        ({"a": None}, r"config_schema\.a: None is no config type"),
        ({"a": {"b": [1]}}, r"config_schema\.a\.b\[0\]: 1"),
        ({str: "x"}, "the values: 'x'"),
        ({dict: int}, "the key: this is int, float, bool or str"),
        ({Noneable(int): int}, "the key: this is int, float, bool or str, not int or None"),
        ([Field(int)], r"config_schema\[0\].*A Field stands at the top or for an entry"),
        (tuple, "is no config type"),
        (type(None), "is no config type"),
        (Colour, r"Say Enum\.from_python_enum\(Colour\)"),
        (typing.Optional[int], r"Say Noneable\(int\) for what may be None"),  # noqa: UP045 - what people try
        (typing.List[int], "is no config type"),  # noqa: UP006 - what people try
    ],
)
def test_what_is_no_schema_is_an_error(schema: Any, message: str) -> None:
    """It names who has the schema, the place in it, and what to write."""
    with pytest.raises(InvalidConfigDefinitionError, match=rf"resource 'taker'.*{message}"):

        @resource(config_schema=schema)
        def taker(context: Any) -> None: ...


@pytest.mark.parametrize(
    "define",
    [
        lambda: Field("int"),
        lambda: Field(Field(int)),
        lambda: Field([]),
        lambda: Array("int"),
        lambda: Array(Field(int)),
        lambda: Noneable("int"),
        lambda: Noneable(Field(int)),
        lambda: Map("int", int),
        lambda: Map(dict, int),
        lambda: Map(StringSource, int),
        lambda: Map(None, int),
        lambda: Map(str, "int"),
        lambda: ScalarUnion([int], {"a": int}),
        lambda: ScalarUnion(Noneable(int), {"a": int}),
        lambda: ScalarUnion(str, int),
        lambda: ScalarUnion(str, Noneable({"a": int})),
        lambda: Shape(5),
        lambda: Shape(None),
        lambda: Shape({"a": "int"}),
        lambda: Shape({"a": int}, field_aliases={"b": "c"}),
        lambda: Permissive(5),
        lambda: Permissive({"a": 5}),
        lambda: Selector([int]),
        lambda: Selector({"a": None}),
        lambda: Enum("E", ["A"]),
        lambda: Enum("E", [EnumValue("A"), EnumValue("A")]),
        lambda: EnumValue(5),
        lambda: Field(int, 3, is_required=True),
    ],
)
def test_types_refuse_wrong_parts(define: Callable[[], Any]) -> None:
    """Where they are defined, not where they are used."""
    with pytest.raises(InvalidConfigDefinitionError):
        define()


@pytest.mark.parametrize("inner", [int, None, {}, {"a": int}, [int], Noneable(int), Any, StringSource, list])
def test_types_take_plain_python(inner: Any) -> None:
    """Wherever a type is part of another."""
    assert isinstance(Array(inner), ConfigSchema)
    assert isinstance(Noneable(inner), ConfigSchema)
    assert isinstance(Map(str, inner), ConfigSchema)
    assert isinstance(Field(inner), ConfigSchema)


# -- fields ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "is_required", "default"),
    [
        (Field(int), True, None),
        (Field(int, is_required=True), True, None),
        (Field(int, is_required=False), False, None),
        (Field(int, 3), False, [3]),
        (Field(int, 3, is_required=False), False, [3]),
        (Field(float, 1), False, [1]),
        (Field({"a": int}), True, None),
        (Field({"a": int}, default_value={"a": 1}), False, [{"a": 1}]),
        (Field({}), False, [{}]),
        (Field(dict), False, [{}]),
        (Field(list), True, None),
        (Field([int]), True, None),
        (Field({str: int}), True, None),
        (Field(Any), True, None),
        (Field(Any, None), False, [None]),
        (Field(Noneable(int)), False, [None]),
        (Field(Noneable(int), 2), False, [2]),
        (Field({"a": Field(int, 2)}), False, [{"a": 2}]),
        (Field({"a": Field(int, is_required=False)}), False, [{}]),
        (Field({"a": Field(int, 2)}, is_required=False), False, None),
        (Field({"a": Field(int, 2)}, is_required=True), True, None),
        (Field({"a": {"b": Field(int, 1)}, "n": Noneable(int)}), False, [{"a": {"b": 1}, "n": None}]),
        (Field(Permissive()), False, [{}]),
        (Field(Permissive({"a": int})), True, None),
        (Field(Selector({"a": int})), True, None),
        (Field(Selector({"a": Field(int, 1)})), False, [{"a": 1}]),
        (Field(Selector({"a": Field(int, 1), "b": int})), True, None),
        (Field(ScalarUnion(int, {"a": Field(int, 1)})), True, None),
        (Field(Enum("E", [EnumValue("A", 7)]), "A"), False, ["A"]),
        (Field(StringSource, {"env": "NOT_SET_ANYWHERE"}), False, [{"env": "NOT_SET_ANYWHERE"}]),
    ],
)
def test_a_field_is_required_unless_it_has_a_default(
    field: Field, is_required: bool, default: list[Any] | None
) -> None:
    """Its own, or one that its type implies; unless it says whether it is."""
    assert field.is_required is is_required
    assert field.default_provided is (default is not None)
    if default is not None:
        assert field.default_value == default[0]


def test_a_field_without_a_default_has_none_to_give() -> None:
    """Asking for it is an error that says how to find out."""
    with pytest.raises(InvariantViolationError, match="default_provided"):
        _ = Field(int).default_value


def test_a_field_describes_itself() -> None:
    """By its description, and by its type."""
    assert Field(int, description="how many").description == "how many"
    assert repr(Field([int], is_required=False)) == "Field([int], is_required=False)"


@pytest.mark.parametrize(
    ("schema", "default", "problem"),
    [
        (int, "x", "default_value: expected int, not 'x'"),
        (int, None, "default_value: expected int, not None"),
        ([int], ["x"], r"default_value\[0\]: expected int"),
        ({"a": int}, {}, r"default_value\.a: this is required"),
        (Enum("E", [EnumValue("A", 7)]), 7, "default_value: expected a name of E"),
        (int, lambda: 3, "default_value: expected int"),
    ],
)
def test_a_default_must_be_of_its_type(schema: Any, default: Any, problem: str) -> None:
    """Which is said where it is defined."""
    with pytest.raises(InvalidConfigError, match=problem):
        Field(schema, default)


@pytest.mark.parametrize(
    ("schema", "result"),
    [
        (Field(int, 3), 3),
        (Field(int, is_required=False), None),
        (Noneable(int), None),
        ({"a": Field(int, 3), "b": Field(int, is_required=False)}, {"a": 3}),
        (
            {"a": Field({"b": Field(int, 2)}), "x": Field({"y": Field(int, is_required=False)})},
            {"a": {"b": 2}, "x": {}},
        ),
        ({"e": Field(Enum("E", [EnumValue("A", 7)]), "A")}, {"e": 7}),
        ({"f": Field(float, 1)}, {"f": 1.0}),
        ({"s": Selector({"x": Field(int, 1)})}, {"s": {"x": 1}}),
        (Permissive({"a": Field(int, 3)}), {"a": 3}),
        (Selector({"x": Field(int, is_required=False)}), {"x": None}),
        (Selector({"x": Field(dict, is_required=False)}), {"x": {}}),
        (dict, {}),
        (None, None),
    ],
)
def test_nothing_given_becomes_the_default(processed: Processed, schema: Any, result: Any) -> None:
    """At any depth."""
    assert processed(schema) == result


@pytest.mark.parametrize("schema", [int, {"a": int}, [int], Any, {str: int}, Selector({"x": int, "y": int})])
def test_what_is_required_must_be_given(processed: Processed, schema: Any) -> None:
    """The message says where and of which type."""
    with pytest.raises(InvalidConfigError, match=r"resources\.r\.config: this is required \("):
        processed(schema)


def test_schemas_travel_to_worker_processes(processed: Processed) -> None:
    """A copy by value accepts and refuses the same."""
    schema = {"a": Field(int, 3), "b": int, "c": Any, "s": StringSource, "n": Noneable([{str: float}])}
    copy = pickle.loads(pickle.dumps(Field(schema)))
    config = {"b": 1, "c": None, "s": "x", "n": [{"k": 1}]}
    assert processed(copy, config) == processed(schema, config)
    with pytest.raises(InvalidConfigError, match=r"r\.config: this is required"):
        processed(copy)
