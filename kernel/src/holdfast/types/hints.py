"""From what users write where a type is asked for, such as an annotation, to a `DagsterType`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from holdfast.errors import InvalidDefinitionError
from holdfast.policies import Failure
from holdfast.types.containers import any_of, dict_of, list_of, optional, set_of, tuple_of
from holdfast.types.dagster_type import (
    ANY_TYPE,
    NOTHING_TYPE,
    DagsterType,
    DagsterTypeKind,
    Nothing,
    PythonObjectDagsterType,
)
from holdfast.types.loader import DagsterTypeLoader
from holdfast.types.type_check import TypeCheck, TypeCheckContext

__all__ = [
    "check_dagster_type",
    "known_type",
    "make_python_type_usable_as_dagster_type",
    "resolve_type",
    "usable_as_dagster_type",
]

C = TypeVar("C", bound=type)


def _scalar(python_type: type, name: str) -> DagsterType:
    return PythonObjectDagsterType(python_type, name=name, is_builtin=True, kind=DagsterTypeKind.SCALAR)


_BUILTIN: Mapping[Any, DagsterType] = {
    None: ANY_TYPE,
    Any: ANY_TYPE,
    Nothing: NOTHING_TYPE,
    type(None): NOTHING_TYPE,
    int: _scalar(int, "Int"),
    float: _scalar(float, "Float"),
    str: _scalar(str, "String"),
    bool: _scalar(bool, "Bool"),
}
_REGISTERED: dict[type, DagsterType] = {}
_RESOLVED: dict[Any, DagsterType] = {}  # what was worked out once; a hint means the same everywhere


def known_type(hint: Any) -> DagsterType | None:
    """Return the type that a hint stands for if that is known without working it out.

    Args:
        hint: what `resolve_type` takes.
    """
    try:
        return _BUILTIN.get(hint) or _REGISTERED.get(hint) or _RESOLVED.get(hint)
    except TypeError:  # a hint that cannot be a key, such as one annotated with a list
        return None


def resolve_type(hint: Any, what: str = "dagster_type") -> DagsterType:
    """Return the type that a hint stands for; the same object for the same hint.

    Args:
        hint: a `DagsterType`; ``Any`` or ``None`` for any value; `Nothing` or ``NoneType``; a class; a hint
            such as ``list[int]``, ``dict[str, int]``, ``set[int]``, ``tuple[int, str]``, ``int | str`` or
            ``Optional[int]``, whose elements are checked too. Of any other hint with arguments, such as
            ``Sequence[int]``, only the class is checked.
        what: where it was given, for the message.

    Raises:
        InvalidDefinitionError: no type follows from the hint.
    """
    if isinstance(hint, DagsterType):
        return hint
    found = known_type(hint)
    if found is None:
        found = _work_out(hint, what)
        with suppress(TypeError):  # a hint that cannot be a key, such as one annotated with a list
            _RESOLVED[hint] = found
    return found


def usable_as_dagster_type(
    name: Any = None,
    description: str | None = None,
    loader: DagsterTypeLoader | None = None,
    materializer: Any = None,
) -> Any:
    """Give the decorated class a runtime type of its own; used bare or with arguments.

    Args:
        name: the name of the type, that of the class by default; the class, when used bare.
        description: what its values are.
        loader: makes a value of run config.
        materializer: as of `DagsterType`.

    Returns:
        The class, unchanged.

    Raises:
        InvalidDefinitionError: the class has a type already, or an argument is of the wrong type.
    """
    if isinstance(name, type):
        return usable_as_dagster_type()(name)

    def decorate(python_type: C) -> C:
        made = PythonObjectDagsterType(
            python_type, name=name, description=description, loader=loader, materializer=materializer
        )
        make_python_type_usable_as_dagster_type(python_type, made)
        return python_type

    return decorate


def make_python_type_usable_as_dagster_type(python_type: type, dagster_type: DagsterType) -> None:
    """Say which runtime type a class stands for wherever it is an annotation or a ``dagster_type``.

    Args:
        python_type: the class.
        dagster_type: the runtime type.

    Raises:
        InvalidDefinitionError: the class has a type already, or was used as one before.
    """
    where = "make_python_type_usable_as_dagster_type"
    if not isinstance(python_type, type):
        raise InvalidDefinitionError(f"{where}: python_type is a class, not {python_type!r}.")
    if not isinstance(dagster_type, DagsterType):
        raise InvalidDefinitionError(f"{where}: dagster_type is a DagsterType, not {dagster_type!r}.")
    known = _BUILTIN.get(python_type) or _REGISTERED.get(python_type)
    if known is not None:
        raise InvalidDefinitionError(
            f"{where}: {python_type.__name__} stands for {known!r} already. Give dagster_type= where another "
            "is meant."
        )
    if python_type in _RESOLVED:
        raise InvalidDefinitionError(
            f"{where}: {python_type.__name__} was checked as a plain class before. Call this right after the "
            "class is defined."
        )
    _REGISTERED[python_type] = dagster_type


def check_dagster_type(dagster_type: Any, value: Any) -> TypeCheck:
    """Check a value against a type outside of a run, for tests.

    Args:
        dagster_type: a `DagsterType`, or whatever `resolve_type` takes.
        value: the value.

    Returns:
        What the check said; a `Failure` that it raised is a check that did not pass.

    Raises:
        InvalidDefinitionError: no type follows from ``dagster_type``.
        InvariantViolationError: the check gave neither a truth value nor a `TypeCheck`.
        UnknownResourceError: the check uses a resource.
    """
    resolved = resolve_type(dagster_type, "check_dagster_type")
    try:
        return resolved.type_check(TypeCheckContext(), value)
    except Failure as failure:
        return TypeCheck(False, failure.description, metadata=failure.metadata)


# -- what hints stand for ------------------------------------------------------------------------------


def _work_out(hint: Any, what: str) -> DagsterType:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return resolve_type(args[0], what)
    if origin in (Union, UnionType, list, set, dict, tuple) and args:
        return _compose(hint, origin, args, what)
    python_type = hint if origin is None else origin
    if isinstance(python_type, type) and _can_be_asked(python_type):
        return PythonObjectDagsterType(python_type, typing_type=hint)
    raise InvalidDefinitionError(
        f"{what}: no runtime type follows from {hint!r}. Give a class, a hint such as list[int], "
        "or dagster_type=DagsterType(...)."
    )


def _can_be_asked(python_type: type) -> bool:
    try:
        isinstance(None, python_type)
    except TypeError:  # a TypedDict, or a Protocol that is for type checkers alone
        return False
    return True


def _compose(hint: Any, origin: Any, args: tuple[Any, ...], what: str) -> DagsterType:
    repeated = origin is tuple and len(args) == 2 and args[1] is Ellipsis
    parts = [resolve_type(arg, what) for arg in (args[:1] if repeated else args)]
    if origin is list:
        return list_of(parts[0], hint)
    if origin is set:
        return set_of(parts[0], hint)
    if origin is dict:
        return dict_of(parts[0], parts[1], hint)
    if origin is tuple:
        return tuple_of(parts, hint, repeated=repeated)
    others = [part for part in parts if part is not NOTHING_TYPE]
    inner = others[0] if len(others) == 1 else any_of(others, hint)
    return inner if len(others) == len(parts) else optional(inner, hint)
