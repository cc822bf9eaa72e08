"""How a run config gives a value of a runtime type, for an input that nothing feeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args, get_origin

from holdfast.config.choices import Noneable, ScalarUnion, Selector
from holdfast.config.types import Array, Permissive
from holdfast.types.dagster_type import DagsterType, DagsterTypeKind
from holdfast.types.hints import resolve_type
from holdfast.types.loader import DagsterTypeLoader

__all__ = ["value_loader"]

_SCALARS = (int, float, str, bool)


def _as_given(_context: Any, config: Any) -> Any:
    return config


def _value(_context: Any, config: Any) -> Any:
    return config["value"] if isinstance(config, Mapping) and set(config) == {"value"} else config


_ANY_VALUE = DagsterTypeLoader(Any, _value)
_DICTIONARY = DagsterTypeLoader(Permissive(), _as_given)


def value_loader(dagster_type: DagsterType) -> DagsterTypeLoader | None:
    """Return what makes a value of a type from run config; ``None`` when nothing can.

    That is the type's own loader. Without one, numbers, strings and truth values are given as they are or as
    ``{"value": ...}``, lists as lists of what their elements are given as, and dictionaries as they are.

    Args:
        dagster_type: the type.
    """
    if dagster_type.loader is not None:
        return dagster_type.loader
    if dagster_type.kind is DagsterTypeKind.ANY:
        return _ANY_VALUE
    hint = dagster_type.typing_type
    known = resolve_type(hint)
    # By key and not by identity, as definitions that came to this process by value hold copies.
    if (known.key, known.is_builtin) != (dagster_type.key, dagster_type.is_builtin):
        return None  # a type of its own, whose check says more than its class
    if hint in _SCALARS:
        return DagsterTypeLoader(ScalarUnion(hint, Selector({"value": hint})), _value)
    origin, arguments = get_origin(hint) or hint, get_args(hint)
    if origin is dict:
        return _DICTIONARY
    if origin is list:
        return _list_of(value_loader(resolve_type(arguments[0])) if arguments else _ANY_VALUE)
    if len(arguments) == 2 and type(None) in arguments:
        return _optional(value_loader(resolve_type(arguments[arguments[0] is type(None)])))
    return None


def _list_of(element: DagsterTypeLoader | None) -> DagsterTypeLoader | None:
    if element is None:
        return None

    def load(context: Any, config: Any) -> list[Any]:
        return [element.load(context, each) for each in config]

    return DagsterTypeLoader(Array(element.config_schema), load, element.required_resource_keys)


def _optional(inner: DagsterTypeLoader | None) -> DagsterTypeLoader | None:
    if inner is None:
        return None

    def load(context: Any, config: Any) -> Any:
        return None if config is None else inner.load(context, config)

    return DagsterTypeLoader(Noneable(inner.config_schema), load, inner.required_resource_keys)
