"""Which runtime type a hint stands for, and which values are of it."""

# ruff: noqa: UP006, UP007, UP035, UP045 - users write the older forms of hints too

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, List, Optional, Union

import numpy as np
import pytest

from holdfast import (
    DagsterType,
    DagsterTypeKind,
    InvalidDefinitionError,
    Nothing,
    PythonObjectDagsterType,
    check_dagster_type,
    make_python_type_usable_as_dagster_type,
    usable_as_dagster_type,
)
from holdfast.types.dagster_type import ANY_TYPE, NOTHING_TYPE
from holdfast.types.hints import resolve_type


class Animal:
    pass


class Dog(Animal):
    pass


class Row(typing.TypedDict):
    name: str


class Drawable(typing.Protocol):
    def draw(self) -> None: ...


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (int, 1),
        (int, True),
        (float, 1.0),
        (float, np.float64(1)),
        (str, "a"),
        (bool, True),
        (Any, object()),
        (None, object()),
        (Nothing, None),
        (type(None), None),
        (Animal, Dog()),
        (object, 1),
        (Optional[int], None),
        (int | None, 1),
        (Union[int, str], "a"),
        (int | str | None, None),
        (list[int], [1, 2]),
        (List[int], []),
        (list[Any], [1, "a"]),
        (list, [1, "a"]),
        (dict[str, int], {"a": 1}),
        (dict, {1: 2}),
        (set[int], {1}),
        (tuple[int, str], (1, "a")),
        (tuple[int, ...], (1, 2, 3)),
        (tuple, (1, "a")),
        (dict[str, list[int]], {"a": [1]}),
        (Sequence[int], ("a",)),
        (Mapping[str, int], {}),
        (type[int], str),
        (Annotated[int, ["unhashable"]], 1),
    ],
)
def test_passes(hint: Any, value: Any) -> None:
    """A value of the hinted type passes."""
    assert check_dagster_type(hint, value).success


@pytest.mark.parametrize(
    ("hint", "value", "why"),
    [
        (int, 1.0, "expected a value of the Python type int, not one of the type float"),
        (int, np.int64(1), "Python type int, not one of the type int64"),
        (float, 1, "Python type float, not one of the type int"),
        (bool, 1, "Python type bool, not one of the type int"),
        (str, b"a", "Python type str, not one of the type bytes"),
        (Nothing, 0, "expected no value but None, not one of the type int"),
        (Animal, Animal, "Python type Animal, not one of the type type"),
        (Optional[int], "a", "Python type int, not one of the type str"),
        (int | str, 1.5, "type Int or String, not one of the type float"),
        (int | str | None, 1.5, "type Int or String, not one of the type float"),
        (list[int], (1,), "type list, not one of the type tuple"),
        (list[int], [1, "a"], "element 1: expected a value of the Python type int"),
        (list[list[int]], [[1], ["a"]], "element 1: element 0: expected"),
        (dict[str, int], [], "type dict, not one of the type list"),
        (dict[str, int], {1: 1}, "key 0: expected a value of the Python type str"),
        (dict[str, int], {"a": "b"}, "value 0: expected a value of the Python type int"),
        (set[int], [1], "type set, not one of the type list"),
        (set[int], {"a"}, "element 0: expected a value of the Python type int"),
        (tuple[int, str], [1, "a"], "type tuple, not one of the type list"),
        (tuple[int, str], (1,), "expected a tuple of 2 elements, not of 1"),
        (tuple[int, str], (1, 2), "element 1: expected a value of the Python type str"),
        (tuple[int, ...], (1, "a"), "element 1: expected a value of the Python type int"),
        (Sequence[int], {1}, "Python type Sequence, not one of the type set"),
    ],
)
def test_does_not_pass(hint: Any, value: Any, why: str) -> None:
    """A value of another type does not pass, and the verdict says where in it and why."""
    verdict = check_dagster_type(hint, value)
    assert not verdict.success
    assert why in str(verdict.description)


@pytest.mark.parametrize(
    ("hint", "name", "kind"),
    [
        (Any, "Any", DagsterTypeKind.ANY),
        (Nothing, "Nothing", DagsterTypeKind.NOTHING),
        (int, "Int", DagsterTypeKind.SCALAR),
        (float, "Float", DagsterTypeKind.SCALAR),
        (str, "String", DagsterTypeKind.SCALAR),
        (bool, "Bool", DagsterTypeKind.SCALAR),
        (list[int], "[Int]", DagsterTypeKind.LIST),
        (Optional[int], "Int?", DagsterTypeKind.NULLABLE),
        (dict[str, int], "Dict[String,Int]", DagsterTypeKind.REGULAR),
        (set[int], "Set[Int]", DagsterTypeKind.REGULAR),
        (tuple[int, str], "Tuple[Int,String]", DagsterTypeKind.REGULAR),
        (int | str, "Union[Int,String]", DagsterTypeKind.REGULAR),
        (Animal, "Animal", DagsterTypeKind.REGULAR),
    ],
)
def test_names(hint: Any, name: str, kind: DagsterTypeKind) -> None:
    """The type of a hint has a name and a kind that follow from it."""
    found = resolve_type(hint)
    assert (found.display_name, found.kind) == (name, kind)


@pytest.mark.parametrize("hint", [int, Animal, list[int], int | None, Sequence[int], dict[str, int]])
def test_typing_type(hint: Any) -> None:
    """The type of a hint knows the hint: IO managers are told which Python type is asked for."""
    assert resolve_type(hint).typing_type == hint


@pytest.mark.parametrize("hint", [Any, Animal, list[int], Nothing])
def test_same_object(hint: Any) -> None:
    """A hint is worked out once."""
    assert resolve_type(hint) is resolve_type(hint)


def test_any_and_nothing() -> None:
    """What is checked against nothing, and what is not loaded, can be told by identity."""
    assert resolve_type(Any) is resolve_type(None) is ANY_TYPE
    assert resolve_type(Nothing) is resolve_type(type(None)) is NOTHING_TYPE


def test_a_dagster_type_stands_for_itself() -> None:
    """A runtime type is what it is."""
    even = DagsterType(lambda _, value: value % 2 == 0, name="Even")
    assert resolve_type(even) is even
    assert not check_dagster_type(even, 3).success


@pytest.mark.parametrize(
    "hint", ["int", 5, Row, Drawable, typing.TypeVar("T"), list[typing.ForwardRef("Missing")], int | Row]
)
def test_no_type(hint: Any) -> None:
    """What no type follows from is an error that names the place and says what to give."""
    with pytest.raises(InvalidDefinitionError, match=r"input 'a' of op 'b': no runtime type .*dagster_type="):
        resolve_type(hint, "input 'a' of op 'b'")


def test_usable_bare() -> None:
    """A decorated class is a type of its own, and the class itself is unchanged."""

    @usable_as_dagster_type
    class Order:
        pass

    assert isinstance(Order, type)
    assert resolve_type(Order).display_name == "Order"
    assert check_dagster_type(list[Order], [Order()]).success
    assert not check_dagster_type(Order, 1).success


def test_usable_with_arguments() -> None:
    """The type of a decorated class takes a name and a description."""

    @usable_as_dagster_type(name="ShopOrder", description="an order", materializer="m")
    class Order:
        pass

    found = resolve_type(Order)
    assert (found.display_name, found.description, found.materializer) == ("ShopOrder", "an order", "m")


def test_make_usable() -> None:
    """A class can stand for a type made by hand, also inside of other hints."""

    class Even(int):
        pass

    even = DagsterType(lambda _, value: value % 2 == 0, name="Even")
    make_python_type_usable_as_dagster_type(Even, even)
    assert resolve_type(Even) is even
    assert not check_dagster_type(list[Even], [3]).success


def test_make_usable_twice() -> None:
    """A class that has a type, or was used as a plain class, cannot be given another."""

    class Twice:
        pass

    make_python_type_usable_as_dagster_type(Twice, PythonObjectDagsterType(Twice))
    for python_type in (Twice, int):
        with pytest.raises(InvalidDefinitionError, match=f"{python_type.__name__} stands for .* already"):
            make_python_type_usable_as_dagster_type(python_type, PythonObjectDagsterType(python_type))
    resolve_type(Dog)
    with pytest.raises(InvalidDefinitionError, match="Dog was checked as a plain class before"):
        make_python_type_usable_as_dagster_type(Dog, PythonObjectDagsterType(Dog))


@pytest.mark.parametrize(
    ("python_type", "dagster_type", "name"), [(1, ANY_TYPE, "python_type"), (Animal, int, "dagster_type")]
)
def test_make_usable_of_wrong_types(python_type: Any, dagster_type: Any, name: str) -> None:
    """An argument of the wrong type is an error that names it."""
    with pytest.raises(InvalidDefinitionError, match=f"{name} is a"):
        make_python_type_usable_as_dagster_type(python_type, dagster_type)
