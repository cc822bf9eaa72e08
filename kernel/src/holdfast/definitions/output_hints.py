"""What a return annotation says of each output."""

from __future__ import annotations

from collections import abc
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from holdfast.definitions.in_out import UNSET, Out
from holdfast.definitions.output import DynamicOutput, Output

__all__ = ["output_hints"]

_WRAPPERS = (Output, DynamicOutput)
_STREAMS = (
    abc.Generator,
    abc.Iterator,
    abc.Iterable,
    abc.AsyncGenerator,
    abc.AsyncIterator,
    abc.AsyncIterable,
)
"""Of functions that yield: what they yield may be of several outputs, so nothing is said of any."""


def output_hints(hint: Any, outs: Mapping[str, Out]) -> Mapping[str, Any]:
    """Return what a function's return annotation says of the type of each output.

    ``Output[T]`` and ``DynamicOutput[T]`` say ``T``, and ``tuple[...]`` of several outputs says one after the
    other. An output of which nothing is said is missing in what is returned.

    Args:
        hint: the annotation.
        outs: the outputs by name.
    """
    if type(hint) is type and hint not in _WRAPPERS and len(outs) == 1:  # a plain class, as nearly always
        ((name, out),) = outs.items()
        return {} if out.is_dynamic else {name: hint}
    if hint is UNSET or get_origin(hint) in _STREAMS or hint in _STREAMS:
        return {}
    if hint is None:
        hint = type(None)
    if len(outs) == 1:
        ((name, out),) = outs.items()
        return _said({name: _value_of(_element_of(hint) if out.is_dynamic else hint)})
    if get_origin(hint) is tuple and len(get_args(hint)) == len(outs):
        return _said({name: _value_of(each) for name, each in zip(outs, get_args(hint), strict=True)})
    return {}


def _said(hints: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: hint for name, hint in hints.items() if hint is not UNSET}


def _element_of(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is list else UNSET


def _value_of(hint: Any) -> Any:
    origin = get_origin(hint)
    if origin in _WRAPPERS:
        return get_args(hint)[0]
    return UNSET if hint in _WRAPPERS else hint
