"""Config types: what each accepts, and what the computation gets."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable
from types import MappingProxyType
from typing import Any as AnyValue

import pytest

from holdfast import (
    Any,
    Array,
    Bool,
    Enum,
    EnumValue,
    Field,
    Float,
    Int,
    InvalidConfigDefinitionError,
    InvalidConfigError,
    Map,
    Noneable,
    Permissive,
    ScalarUnion,
    Selector,
    Shape,
    String,
)

Processed = Callable[..., AnyValue]


class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"


MEMBERS = Enum("Colour", [EnumValue("RED"), EnumValue("B", python_value=Colour.BLUE, description="blue")])
EVERYTHING = (None, 1, -1, True, 1.5, "a", "", [], [1], {}, {"a": 1}, (1,))


def accepted_by(processed: Processed, schema: AnyValue) -> list[AnyValue]:
    """Return which of some values of every kind a schema accepts."""
    accepted = []
    for value in EVERYTHING:
        try:
            processed(schema, value)
        except InvalidConfigError:
            continue
        accepted.append(value)
    return accepted


@pytest.mark.parametrize(
    ("schema", "accepted"),
    [
        (int, [1, -1]),
        (Int, [1, -1]),
        (float, [1, -1, True, 1.5]),
        (Float, [1, -1, True, 1.5]),
        (bool, [True]),
        (Bool, [True]),
        (str, ["a", ""]),
        (String, ["a", ""]),
        (dict, [{}, {"a": 1}]),
        (list, [[], [1]]),
        ([int], [[], [1]]),
        (Array(str), [[]]),
        ({}, [{}]),
        ({"a": int}, [{"a": 1}]),
        ({"a": str}, []),
        (Shape({"a": int}), [{"a": 1}]),
        (Permissive(), [{}, {"a": 1}]),
        (Permissive({"a": int}), [{"a": 1}]),
        (Permissive({"b": int}), []),
        (Selector({"a": int, "b": str}), [{"a": 1}]),
        (Map(str, int), [{}, {"a": 1}]),
        ({str: int}, [{}, {"a": 1}]),
        ({int: int}, [{}]),
        (Noneable(int), [None, 1, -1]),
        (Noneable({"a": int}), [None, {"a": 1}]),
        (ScalarUnion(int, {"a": int}), [1, -1, {"a": 1}]),
        (ScalarUnion(str, [int]), ["a", "", [], [1]]),
        (MEMBERS, []),
        (Any, list(EVERYTHING)),
        (None, list(EVERYTHING)),
    ],
    ids=str,
)
def test_a_type_accepts_its_own(processed: Processed, schema: AnyValue, accepted: list[AnyValue]) -> None:
    """No type takes what only looks like it: a truth value is no int, a tuple no list."""
    assert list(map(repr, accepted_by(processed, schema))) == list(map(repr, accepted))


@pytest.mark.parametrize(
    ("schema", "config", "result"),
    [
        (float, 1, 1.0),
        (ScalarUnion(float, [int]), 3, 3.0),
        ([{"a": Field(int, default_value=2)}], [{}, {"a": 1}], [{"a": 2}, {"a": 1}]),
        ({str: {"a": Field(int, default_value=2)}}, {"k": {}}, {"k": {"a": 2}}),
        ({float: int}, {1.5: 2}, {1.5: 2}),
        ({int: str}, {1: "a"}, {1: "a"}),
        ([Noneable(int)], [None, 1], [None, 1]),
        ({str: Noneable(int)}, {"a": None}, {"a": None}),
        ({"a": Any}, {"a": None}, {"a": None}),
        (Permissive({"a": int}), {"a": 1, "b": None}, {"a": 1, "b": None}),
        (MEMBERS, "RED", "RED"),
        (MEMBERS, "B", Colour.BLUE),
        ([MEMBERS], ["B", "B"], [Colour.BLUE, Colour.BLUE]),
        (Noneable(MEMBERS), "B", Colour.BLUE),
        ({str: MEMBERS}, {"k": "B"}, {"k": Colour.BLUE}),
        (Enum.from_python_enum(Colour), "RED", Colour.RED),
        (Selector({"x": Field(int, default_value=4)}), {}, {"x": 4}),
        (Selector({"x": {}}), {}, {"x": {}}),
        (Selector({"x": Field(int, is_required=False)}), {}, {"x": None}),
        (Selector({"x": Field(dict, is_required=False)}), {}, {"x": {}}),
        (Selector({"x": {"a": Field(int, default_value=4)}, "y": int}), {"x": None}, {"x": {"a": 4}}),
        (Selector({"x": Permissive(), "y": int}), {"x": None}, {"x": {}}),
        (Selector({"x": Noneable(int), "y": int}), {"x": None}, {"x": None}),
        (Shape({"a": int}, field_aliases={"a": "b"}), {"b": 1}, {"a": 1}),
        (Shape({"a": int}, field_aliases={"a": "b"}), {"a": 1}, {"a": 1}),
        ({"a": int}, MappingProxyType({"a": 1}), {"a": 1}),
        (list, [1, "a", None], [1, "a", None]),
    ],
)
def test_values_become_what_they_stand_for(
    processed: Processed, schema: AnyValue, config: AnyValue, result: AnyValue
) -> None:
    """Names become members, ints floats, and what is left out gets its default, at any depth."""
    made = processed(schema, config)
    assert made == result
    assert repr(made) == repr(result)


def test_not_a_number_is_a_float(processed: Processed) -> None:
    """It is passed on."""
    assert math.isnan(processed(float, float("nan")))


@pytest.mark.parametrize(
    ("schema", "config", "problem"),
    [
        (int, None, r"r\.config: expected int, not None"),
        ({"a": int}, {"a": None}, r"r\.config\.a: expected int, not None"),
        ({"alpha": int}, {"alpah": 1}, r"r\.config\.alpah: there is no such entry\. Did you mean 'alpha'\?"),
        ({"a": int}, {}, r"r\.config\.a: this is required \(int\)"),
        ({"a": int}, {1: 2}, r"r\.config\[1\]: there is no such entry"),
        ([int], [1, "x"], r"r\.config\[1\]: expected int, not 'x'"),
        ([int], [None], r"r\.config\[0\]: expected int, not None"),
        ({str: int}, {"k": "x"}, r"r\.config\.k: expected int, not 'x'"),
        ({int: str}, {"1": "a"}, r"r\.config\.1: expected int, not '1'"),
        (Selector({"x": int, "y": int}), {}, r"give exactly one of x, y; given: none"),
        (Selector({"x": int, "y": int}), {"x": 1, "y": 2}, r"give exactly one of x, y; given: x, y"),
        (Selector({"x": int, "y": int}), {"z": 1}, r"r\.config\.z: there is no such entry"),
        (Selector({"x": int}), {}, r"give exactly one of x; given: none"),
        (Selector({"x": {"a": int}, "y": int}), {"x": None}, r"r\.config\.x\.a: this is required"),
        (Selector({"x": Field(int, default_value=4)}), {"x": None}, r"r\.config\.x: expected int, not None"),
        (MEMBERS, "red", r"Colour has no member 'red'\. Did you mean 'RED'|Colour has no member 'red'"),
        (MEMBERS, 5, r"expected a name of Colour, not 5"),
        (MEMBERS, Colour.BLUE, r"expected a name of Colour"),
        (ScalarUnion(int, {"a": str}), {"a": 1}, r"r\.config\.a: expected str, not 1"),
        (ScalarUnion(int, {"a": str}), "x", r"expected int, not 'x'"),
        (Shape({"a": int}, field_aliases={"a": "b"}), {"a": 1, "b": 2}, r"'b' is another name of 'a'"),
        (
            {"s": {"x": Field(int, default_value=1)}},
            {"s": None},
            r"r\.config\.s: expected \{x\?: int\}, not None",
        ),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(
    processed: Processed, schema: AnyValue, config: AnyValue, problem: str
) -> None:
    """The message has the path, what was expected or is near, and what was given."""
    with pytest.raises(InvalidConfigError, match=problem):
        processed(schema, config)


def test_long_values_are_shortened_in_messages(processed: Processed) -> None:
    """A message stays readable whatever was given."""
    with pytest.raises(InvalidConfigError, match=r"not 'x+\.\.\.$") as caught:
        processed(int, "x" * 10_000)
    assert len(str(caught.value)) < 300


def test_entries_come_in_the_order_of_the_schema(processed: Processed) -> None:
    """Whatever the order they are given in, defaults included."""
    schema = {"z": int, "b": Field(int, default_value=1), "a": int, "y": Field(int, default_value=2)}
    assert list(processed(schema, {"a": 1, "z": 2})) == ["z", "b", "a", "y"]


def test_the_given_config_is_left_alone(processed: Processed) -> None:
    """What a computation gets is its own, defaults too."""
    schema = {"a": Field([int], default_value=[1]), "b": Field(Any, default_value=[])}
    given: dict[str, AnyValue] = {}
    first = processed(schema, given)
    first["a"].append(2)
    first["b"].append(2)
    assert given == {}
    assert processed(schema, given) == {"a": [1], "b": []}


def test_types_say_what_they_take() -> None:
    """As people would write it."""
    shape = Shape({"a": int, "b": Field([str], is_required=False), "c": Noneable(float)})
    assert str(shape) == "{a: int, b?: [str], c?: float or None}"
    assert str(Permissive({"a": {str: bool}})) == "{a: {str: bool}, ...}"
    assert str(Selector({"a": Any, "m": MEMBERS})) == "one of {a: anything, m: Colour}"
    assert str(ScalarUnion(int, list)) == "int or [anything]"


def test_types_describe_themselves() -> None:
    """For whoever shows a schema to people."""
    assert Shape({"a": int}, description="text").description == "text"
    assert Permissive({"a": int}, description="text").description == "text"
    assert Selector({"a": int}, description="text").description == "text"
    assert Array(int).description == "a list of int"
    assert Map(str, int, key_label_name="city").key_label_name == "city"
    assert MEMBERS.enum_values[1].description == "blue"


@pytest.mark.parametrize("given", [3, str, "Colour"])
def test_only_an_enumeration_gives_names(given: object) -> None:
    """Anything else is refused by name."""
    with pytest.raises(InvalidConfigDefinitionError, match="takes a class of Python's enum"):
        Enum.from_python_enum(given)  # type: ignore[arg-type]
