"""What a decorated function says about itself: its arguments, its types, and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any, get_type_hints

import attrs

from holdfast.errors import InvalidDefinitionError

__all__ = [
    "FunctionArguments",
    "default_values",
    "description_of",
    "name_of",
    "place_of",
    "read_arguments",
    "takes_argument",
    "type_hints",
]

CONTEXT_NAMES = frozenset({"context", "_context", "context_", "_"})
"""A first parameter of one of these names is the context, not an input."""

_VARARGS, _VARKEYWORDS = 0x04, 0x08


@attrs.frozen
class FunctionArguments:
    """The arguments of a decorated function.

    Attributes:
        takes_context: whether the first one is the context.
        names: the other ones, in order.
        any_keyword: whether it takes ``**kwargs``, and so inputs of any name.
    """

    takes_context: bool
    names: tuple[str, ...]
    any_keyword: bool = False


def read_arguments(function: Callable[..., Any], what: str) -> FunctionArguments:
    """Return what the signature of a decorated function says.

    Args:
        function: the function.
        what: what it defines, for the message.

    Raises:
        InvalidDefinitionError: it is not a function, or takes ``*args``.
    """
    if type(function) is FunctionType and not hasattr(function, "__wrapped__"):
        # Reading the code object is ten times faster than inspect.signature, and says the same.
        code = function.__code__
        count = code.co_argcount + code.co_kwonlyargcount
        names = code.co_varnames[:count]
        varargs, varkeywords = bool(code.co_flags & _VARARGS), bool(code.co_flags & _VARKEYWORDS)
    else:
        names, varargs, varkeywords = _inspect(function, what)
    if varargs:
        raise InvalidDefinitionError(
            f"{what}: *args cannot name inputs. Name each upstream asset as an argument."
        )
    takes_context = bool(names) and names[0] in CONTEXT_NAMES
    return FunctionArguments(takes_context, names[1:] if takes_context else names, varkeywords)


def name_of(function: Any, what: str) -> str:
    """Return the name of a function, or of the class of a callable object.

    Args:
        function: what was decorated.
        what: the decorator, or the definition, for the message.

    Raises:
        InvalidDefinitionError: it cannot be called.
    """
    if not callable(function):
        raise InvalidDefinitionError(f"{what}: decorate a function, not {function!r}.")
    return getattr(function, "__name__", type(function).__name__)


def _inspect(function: Any, what: str) -> tuple[tuple[str, ...], bool, bool]:
    import inspect  # 10 ms to import, and only wrapped functions and callable objects need it

    name_of(function, what)
    parameters = inspect.signature(function).parameters.values()
    kinds = {parameter.kind for parameter in parameters}
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    names = tuple(parameter.name for parameter in parameters if parameter.kind not in variable)
    return names, variable[0] in kinds, variable[1] in kinds


def takes_argument(function: Callable[..., Any]) -> bool:
    """Return whether a function can be given one positional argument."""
    if type(function) is FunctionType and not hasattr(function, "__wrapped__"):
        return function.__code__.co_argcount > 0
    import inspect  # 10 ms to import, and only callables that are no plain functions need it

    kinds = {parameter.kind for parameter in inspect.signature(function).parameters.values()}
    positional = {
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.VAR_POSITIONAL,
    }
    return not kinds.isdisjoint(positional)


def default_values(function: Callable[..., Any]) -> Mapping[str, Any]:
    """Return the default values of a function's arguments, by name."""
    if type(function) is FunctionType:
        code, defaults = function.__code__, function.__defaults__ or ()
        first = code.co_argcount - len(defaults)
        named = dict(zip(code.co_varnames[first : code.co_argcount], defaults, strict=True))
        return {**named, **(function.__kwdefaults__ or {})}
    import inspect  # 10 ms to import, and only callables that are no plain functions need it

    parameters = inspect.signature(function).parameters.values()
    return {each.name: each.default for each in parameters if each.default is not each.empty}


def type_hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the annotations of a function with texts resolved, as far as they can be."""
    hints = dict(getattr(function, "__annotations__", {}))
    if any(isinstance(hint, str) for hint in hints.values()):
        try:
            return get_type_hints(function)
        except (NameError, TypeError, AttributeError):
            # A name imported under TYPE_CHECKING alone is not there at run time: it says nothing then.
            return {name: hint for name, hint in hints.items() if not isinstance(hint, str)}
    return hints


def description_of(function: Callable[..., Any]) -> str | None:
    """Return the docstring of a function without the indentation of the code around it."""
    text = function.__doc__
    if not text:
        return None
    import inspect  # 10 ms to import, and only functions with a docstring need it

    return inspect.cleandoc(text)


def place_of(function: Any) -> str:
    """Return where a function is defined as ``file:line``, ``""`` when that is not known."""
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code is not None else ""
