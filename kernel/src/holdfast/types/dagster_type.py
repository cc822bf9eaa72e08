"""Runtime types: a name and a check."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any, Union, get_origin

import attrs

from holdfast.errors import (
    Error,
    InvalidDefinitionError,
    InvariantViolationError,
    TypeCheckDidNotPass,
    TypeCheckError,
)
from holdfast.metadata import MetadataEntry, MetadataValue, merge_metadata
from holdfast.types.loader import DagsterTypeLoader
from holdfast.types.type_check import TypeCheck, TypeCheckContext

__all__ = [
    "ANY_TYPE",
    "NOTHING_TYPE",
    "PASSED",
    "DagsterType",
    "DagsterTypeKind",
    "Nothing",
    "PythonObjectDagsterType",
    "TypeCheckFunction",
    "check_value",
    "plainly_passes",
]

TypeCheckFunction = Callable[[TypeCheckContext, Any], "TypeCheck | bool"]

PASSED, _FAILED = TypeCheck(True), TypeCheck(False)


class DagsterTypeKind(enum.Enum):
    """What sort of values a type has."""

    ANY = "ANY"
    SCALAR = "SCALAR"
    LIST = "LIST"
    NOTHING = "NOTHING"
    NULLABLE = "NULLABLE"
    REGULAR = "REGULAR"


class Nothing:
    """The type of an input that only orders, and of an output without a value: nothing is loaded for it."""


@attrs.frozen(eq=False, init=False, repr=False)
class DagsterType:
    """A runtime type: values are checked against it before they are stored and after they are loaded.

    Args:
        type_check_fn: called with a `TypeCheckContext` and a value; says with a truth value or a `TypeCheck`
            whether the value is of the type.
        key: tells the type from every other; its name by default.
        name: its name. One of ``key`` and ``name`` must be given.
        is_builtin: whether Holdfast brings it.
        description: what its values are.
        loader: makes a value of run config, for an input that nothing is connected to.
        materializer: kept for code that reads it; Holdfast does not.
        required_resource_keys: the resources that the check uses.
        kind: what sort of values it has.
        typing_type: the Python type of its values, which IO managers are told.
        metadata_entries: an older form of ``metadata``; only one of the two may be given.
        metadata: labels and values that describe it.

    Raises:
        InvalidDefinitionError: it has neither key nor name, or an argument is of the wrong type.
    """

    type_check_fn: TypeCheckFunction
    key: str
    name: str | None
    is_builtin: bool
    description: str | None
    loader: DagsterTypeLoader | None
    materializer: Any
    required_resource_keys: frozenset[str]
    kind: DagsterTypeKind
    typing_type: Any
    metadata: Mapping[str, MetadataValue]

    def __init__(
        self,
        type_check_fn: TypeCheckFunction,
        key: str | None = None,
        name: str | None = None,
        is_builtin: bool = False,
        description: str | None = None,
        loader: DagsterTypeLoader | None = None,
        materializer: Any = None,
        required_resource_keys: Set[str] | None = None,
        kind: DagsterTypeKind = DagsterTypeKind.REGULAR,
        typing_type: Any = Any,
        metadata_entries: Sequence[MetadataEntry] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        key = key or name
        if not key or not isinstance(key, str) or not isinstance(name, str | None):
            raise InvalidDefinitionError(
                f"DagsterType: name is a string that is not empty, not {key if name is None else name!r}."
            )
        what = f"DagsterType '{name or key}'"
        _check_function(type_check_fn, what)
        if not isinstance(description, str | None):
            raise InvalidDefinitionError(f"{what}: description is a string, not {description!r}.")
        if not isinstance(loader, DagsterTypeLoader | None):
            raise InvalidDefinitionError(
                f"{what}: loader is a function decorated with @dagster_type_loader, not {loader!r}."
            )
        if not isinstance(required_resource_keys, Set | None):
            raise InvalidDefinitionError(
                f"{what}: required_resource_keys is a set of strings, not {required_resource_keys!r}."
            )
        if not isinstance(kind, DagsterTypeKind):
            raise InvalidDefinitionError(f"{what}: kind is a DagsterTypeKind, not {kind!r}.")
        self.__attrs_init__(
            type_check_fn,
            key,
            name,
            is_builtin,
            description,
            loader,
            materializer,
            frozenset(required_resource_keys or ()),
            kind,
            typing_type,
            merge_metadata(metadata, metadata_entries, f"metadata of {what}"),
        )

    @property
    def display_name(self) -> str:
        """The name to show: its own, or else its key."""
        return self.name or self.key

    @property
    def has_unique_name(self) -> bool:
        """Whether it was given a name."""
        return self.name is not None

    @property
    def unique_name(self) -> str:
        """Its name; an `InvariantViolationError` when it has a key alone."""
        if self.name is None:
            raise InvariantViolationError(f"The type '{self.key}' has a key and no name. Give it a name.")
        return self.name

    def type_check(self, context: TypeCheckContext, value: Any) -> TypeCheck:
        """Return whether a value is of this type.

        Args:
            context: what the check is told.
            value: the value.

        Raises:
            InvariantViolationError: the check gave neither a truth value nor a `TypeCheck`.
        """
        verdict = self.type_check_fn(context, value)
        if verdict is True:
            return PASSED
        if verdict is False:
            return _FAILED
        if isinstance(verdict, TypeCheck):
            return verdict
        raise InvariantViolationError(
            f"The check of the type '{self.display_name}' returned {verdict!r}. "
            "Return True, False or a TypeCheck; bool(...) makes a truth value of numpy's."
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.display_name!r})"


@attrs.frozen(eq=False, init=False, repr=False)
class PythonObjectDagsterType(DagsterType):
    """The type of the instances of a Python class, or of any of several.

    Args:
        python_type: the class, or a tuple of classes.
        key: as of `DagsterType`.
        name: as of `DagsterType`; the name of the class by default.
        kwargs: any other argument of `DagsterType`.

    Raises:
        InvalidDefinitionError: ``python_type`` is no class, or an argument is of the wrong type.
    """

    python_type: type | tuple[type, ...] = attrs.field(init=False)

    def __init__(
        self,
        python_type: type | tuple[type, ...],
        key: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        classes = python_type if isinstance(python_type, tuple) else (python_type,)
        # In Python 3.10, list[int] counts as a class, but nothing can be an instance of it.
        if not classes or not all(isinstance(each, type) and get_origin(each) is None for each in classes):
            raise InvalidDefinitionError(
                f"PythonObjectDagsterType: python_type is a class or a tuple of classes, not {python_type!r}."
            )
        names = [each.__name__ for each in classes]
        expected = names[0] if len(names) == 1 else f"Union[{', '.join(names)}]"
        failed = f"expected a value of the Python type {expected}, not one of the type "

        def check(_context: TypeCheckContext, value: Any) -> TypeCheck:
            return PASSED if isinstance(value, classes) else TypeCheck(False, failed + type(value).__name__)

        kwargs.setdefault("typing_type", classes[0] if len(classes) == 1 else Union[classes])  # noqa: UP007
        super().__init__(check, key or name or expected, name or expected, **kwargs)
        object.__setattr__(self, "python_type", python_type)


def plainly_passes(dagster_type: DagsterType, value: Any) -> bool:
    """Return whether a value is of a type whose check looks at its class alone, and is not told anything."""
    return type(dagster_type) is PythonObjectDagsterType and isinstance(value, dagster_type.python_type)


def check_value(dagster_type: DagsterType, value: Any, context: TypeCheckContext, what: str) -> TypeCheck:
    """Check a value of a run: an output before it is stored, an input after it is loaded.

    Nothing needs to be checked against `ANY_TYPE`, so callers ask for that first.

    Args:
        dagster_type: what the value must be.
        value: the value.
        context: what the check is told.
        what: what the value is, such as ``"Output 'result' of asset 'orders'"``, for messages.

    Returns:
        What the check said of a value that passed.

    Raises:
        TypeCheckDidNotPass: the value is not of the type; with the description and metadata of the check.
        TypeCheckError: the check itself raised; that is the cause.
        InvariantViolationError: the check gave neither a truth value nor a `TypeCheck`.
    """
    try:
        verdict = dagster_type.type_check(context, value)
    except Error:
        raise  # it says itself what is wrong, such as which resource is missing
    except Exception as error:
        raise TypeCheckError(
            f"{what}: the check of the type '{dagster_type.display_name}' raised {type(error).__name__} for "
            f"a value of the Python type {type(value).__name__}."
        ) from error
    if not verdict.success:
        raise TypeCheckDidNotPass(
            what, dagster_type.display_name, type(value).__name__, verdict.description, verdict.metadata
        )
    return verdict


def _check_function(function: Any, what: str) -> None:
    if not callable(function):
        raise InvalidDefinitionError(f"{what}: type_check_fn is a function, not {function!r}.")
    try:
        inspect.signature(function).bind(None, None)
    except TypeError:
        raise InvalidDefinitionError(
            f"{what}: type_check_fn takes two arguments, the context and the value."
        ) from None
    except ValueError:  # a builtin that does not say what it takes
        return


def _passes(_context: TypeCheckContext, _value: Any) -> bool:
    return True


def _is_none(_context: TypeCheckContext, value: Any) -> TypeCheck:
    if value is None:
        return PASSED
    return TypeCheck(False, f"expected no value but None, not one of the type {type(value).__name__}")


ANY_TYPE = DagsterType(_passes, name="Any", is_builtin=True, kind=DagsterTypeKind.ANY)
"""The type of all values. There is one of it: callers ask ``dagster_type is ANY_TYPE`` and check nothing."""

NOTHING_TYPE = DagsterType(
    _is_none, name="Nothing", is_builtin=True, kind=DagsterTypeKind.NOTHING, typing_type=type(None)
)
"""The type of an output without a value, and of an input that only orders."""
