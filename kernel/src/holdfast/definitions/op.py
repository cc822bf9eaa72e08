"""The computation behind an asset: a function with named, described inputs and outputs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import attrs

from holdfast.definitions.function import FunctionArguments, type_hints
from holdfast.errors import InvalidDefinitionError
from holdfast.policies import RetryPolicy

__all__ = ["In", "Nothing", "OpDefinition", "Out", "check_tags"]

_EMPTY: Mapping[str, Any] = MappingProxyType({})


class Nothing:
    """The type of an input that only orders: nothing is loaded for it."""


@attrs.frozen
class In:
    """An input of a computation.

    Attributes:
        dagster_type: `Nothing` for an input that only orders, otherwise ``None``.
        description: what it is for.
        metadata: what the IO manager that loads it may want to know.
        input_manager_key: the resource that loads it; ``None`` for the one that stored it.
    """

    dagster_type: Any = None
    description: str | None = None
    metadata: Mapping[str, Any] = _EMPTY
    input_manager_key: str | None = None


@attrs.frozen
class Out:
    """An output of a computation.

    Attributes:
        description: what it is.
        is_required: whether every run must produce it.
        io_manager_key: the resource that stores it.
        metadata: what the IO manager that stores it may want to know.
    """

    description: str | None = None
    is_required: bool = True
    io_manager_key: str = "io_manager"
    metadata: Mapping[str, Any] = _EMPTY


@attrs.frozen(eq=False, slots=False, kw_only=True)
class OpDefinition:
    """A function with named inputs and outputs.

    Attributes:
        compute_fn: the function, called with the context if it takes one and the inputs by name.
        name: its name, unique in a job.
        arguments: what its signature says.
        ins: the inputs by argument name, inputs that only order included.
        outs: the outputs by name.
        description: what it does.
        required_resource_keys: the resources it uses.
        tags: labels; ``kind`` is what makes the asset, such as ``"sql"``.
        version: the version of its code.
        retry_policy: whether a failed attempt is tried again.
    """

    compute_fn: Callable[..., Any]
    name: str
    arguments: FunctionArguments
    ins: Mapping[str, In]
    outs: Mapping[str, Out]
    description: str | None = None
    required_resource_keys: frozenset[str] = frozenset()
    tags: Mapping[str, str] = _EMPTY
    version: str | None = None
    retry_policy: RetryPolicy | None = None

    @cached_property
    def type_hints(self) -> Mapping[str, Any]:
        """The annotations of the function: argument names, and ``return``."""
        return type_hints(self.compute_fn)

    def __repr__(self) -> str:
        return f"OpDefinition({self.name!r})"


def check_tags(tags: Mapping[str, Any] | None, what: str) -> Mapping[str, str]:
    """Return tags with every value as a string; values that are no strings become JSON.

    Args:
        tags: labels and values.
        what: whose tags they are, for the message.

    Raises:
        InvalidDefinitionError: a label is no string, or a value does not survive JSON.
    """
    if not tags:
        return _EMPTY
    return {_label(key, what): _text(key, value, what) for key, value in tags.items()}


def _label(key: object, what: str) -> str:
    if not isinstance(key, str):
        raise InvalidDefinitionError(f"{what}: a tag's label is a string, not {key!r}.")
    return key


def _text(key: str, value: object, what: str) -> str:
    if isinstance(value, str):
        return value
    problem = "it changes on the way through JSON"
    try:
        text = json.dumps(value)
        if json.loads(text) == value:
            return text
    except (TypeError, ValueError) as error:
        problem = str(error)
    raise InvalidDefinitionError(
        f"{what}: tag '{key}' has the value {value!r}, which JSON cannot keep ({problem}). "
        "Give a string, or lists, dictionaries, numbers and strings only."
    )
