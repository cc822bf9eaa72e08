"""Runtime types made of others: the elements of lists, sets, dictionaries and tuples, and alternatives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from holdfast.types.dagster_type import ANY_TYPE, PASSED, DagsterType, DagsterTypeKind
from holdfast.types.type_check import TypeCheck, TypeCheckContext

__all__ = ["any_of", "dict_of", "list_of", "optional", "set_of", "tuple_of"]


def list_of(element: DagsterType, hint: Any) -> DagsterType:
    """Return the type of lists whose elements are all of one type; ``hint`` is its Python type."""

    def check(context: TypeCheckContext, value: Any) -> TypeCheck:
        if not isinstance(value, list):
            return _mismatch("list", value)
        return _each(element, context, value, "element")

    return _builtin(check, f"[{element.display_name}]", hint, DagsterTypeKind.LIST)


def set_of(element: DagsterType, hint: Any) -> DagsterType:
    """Return the type of sets whose elements are all of one type; ``hint`` is its Python type."""

    def check(context: TypeCheckContext, value: Any) -> TypeCheck:
        if not isinstance(value, set):
            return _mismatch("set", value)
        return _each(element, context, value, "element")

    return _builtin(check, f"Set[{element.display_name}]", hint)


def dict_of(key: DagsterType, element: DagsterType, hint: Any) -> DagsterType:
    """Return the type of dictionaries with keys and values of one type each; ``hint`` is its Python type."""

    def check(context: TypeCheckContext, value: Any) -> TypeCheck:
        if not isinstance(value, dict):
            return _mismatch("dict", value)
        verdict = _each(key, context, value, "key")
        return _each(element, context, value.values(), "value") if verdict.success else verdict

    return _builtin(check, f"Dict[{key.display_name},{element.display_name}]", hint)


def tuple_of(elements: Sequence[DagsterType], hint: Any, *, repeated: bool = False) -> DagsterType:
    """Return the type of tuples.

    Args:
        elements: the type of each element.
        hint: its Python type.
        repeated: whether tuples have any number of elements, all of the one type.
    """

    def check(context: TypeCheckContext, value: Any) -> TypeCheck:
        if not isinstance(value, tuple):
            return _mismatch("tuple", value)
        if repeated:
            return _each(elements[0], context, value, "element")
        if len(value) != len(elements):
            return TypeCheck(False, f"expected a tuple of {len(elements)} elements, not of {len(value)}")
        for index, (element, part) in enumerate(zip(elements, value, strict=True)):
            verdict = element.type_check(context, part)
            if not verdict.success:
                return _inside(f"element {index}", verdict)
        return PASSED

    names = [element.display_name for element in elements] + ["..."] * repeated
    return _builtin(check, f"Tuple[{','.join(names)}]", hint)


def optional(inner: DagsterType, hint: Any) -> DagsterType:
    """Return the type of ``None`` and the values of another type; ``hint`` is its Python type."""

    def check(context: TypeCheckContext, value: Any) -> TypeCheck:
        return PASSED if value is None else inner.type_check(context, value)

    return _builtin(check, f"{inner.display_name}?", hint, DagsterTypeKind.NULLABLE)


def any_of(alternatives: Sequence[DagsterType], hint: Any) -> DagsterType:
    """Return the type of the values of any of several types; ``hint`` is its Python type."""
    names = [alternative.display_name for alternative in alternatives]

    def check(context: TypeCheckContext, value: Any) -> TypeCheck:
        if any(alternative.type_check(context, value).success for alternative in alternatives):
            return PASSED
        return _mismatch(" or ".join(names), value)

    return _builtin(check, f"Union[{','.join(names)}]", hint)


def _builtin(
    check: Any, name: str, hint: Any, kind: DagsterTypeKind = DagsterTypeKind.REGULAR
) -> DagsterType:
    return DagsterType(check, name=name, is_builtin=True, kind=kind, typing_type=hint)


def _each(inner: DagsterType, context: TypeCheckContext, values: Iterable[Any], what: str) -> TypeCheck:
    if inner is not ANY_TYPE:
        for index, value in enumerate(values):
            verdict = inner.type_check(context, value)
            if not verdict.success:
                return _inside(f"{what} {index}", verdict)
    return PASSED


def _inside(where: str, verdict: TypeCheck) -> TypeCheck:
    why = f"{where}: {verdict.description}" if verdict.description else f"{where} is of another type"
    return TypeCheck(False, why, metadata=verdict.metadata)


def _mismatch(expected: str, value: Any) -> TypeCheck:
    return TypeCheck(
        False, f"expected a value of the type {expected}, not one of the type {type(value).__name__}"
    )
