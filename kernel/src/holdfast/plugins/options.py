"""The options of settings, checked against what a factory takes: its parameters are their schema."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NoReturn, Union, get_args, get_origin

from holdfast.environment import EnvironmentValue, environment_switch, environment_value
from holdfast.errors import SettingsError, did_you_mean
from holdfast.plugins.uses import Place, Use, variable_of
from holdfast.provisions import Provision

__all__ = ["read_options"]

_WORDS = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "an array",
    dict: "a table",
}


def read_options(
    factory: Callable[..., Any], positional: int, provision: Provision, use: Use
) -> dict[str, Any]:
    """Return the keyword arguments for a factory, with what the environment gives filled in.

    The names and annotations of its parameters say which options there are, and of which type. An annotation
    that is no class, union, `Literal` or container of these is not looked at.

    Args:
        factory: what is to be called.
        positional: how many arguments it is given before the options.
        provision: what it makes.
        use: the options, and where they were given.

    Raises:
        SettingsError: an option is unknown, missing or of another type, one that is a secret is written in
            the settings, or an environment variable is not set.
    """
    parameters = _parameters(factory)
    if parameters is None:
        return {key: _from_environment(option, use.place.at(key)) for key, option in use.options.items()}
    by_position = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    taken = {p.name for p in by_position[:positional]}
    known = {p.name: p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    known = {name: parameter for name, parameter in known.items() if name not in taken}
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
    for key in use.options:
        if key not in known and not takes_any:
            near = did_you_mean(key, known) or " It takes no options."
            _refuse(use.place.at(key), f"The {provision} has no option '{key}'.{near}")
    for name, parameter in known.items():
        if parameter.default is parameter.empty and name not in use.options:
            _refuse(use.place, f"The {provision} needs the option '{name}'.")
    read = {}
    for key, option in use.options.items():
        place = use.place.at(key)
        if key in provision.secrets and variable_of(option) is None:
            fix = f'Write {key} = {{ env = "NAME" }}, and put it into that environment variable.'
            _refuse(place, f"The {provision} takes '{key}' from the environment only: it is a secret. {fix}")
        read[key] = _fitting(_from_environment(option, place), known.get(key), provision, place)
    return read


def _parameters(factory: Callable[..., Any]) -> list[inspect.Parameter] | None:
    for evaluated in (True, False):  # annotations may name what is imported for type checkers alone
        try:
            return list(inspect.signature(factory, eval_str=evaluated).parameters.values())
        except ValueError:
            return None  # written in C without a signature: the call itself will tell
        except Exception:
            continue
    return None


def _from_environment(option: Any, place: Place) -> Any:
    variable = variable_of(option)
    if variable is not None:
        try:
            return environment_value(variable)
        except SettingsError as error:
            _refuse(place, f"The environment variable {variable} is not set.", error)
    if isinstance(option, Mapping):
        return {key: _from_environment(item, place.at(key)) for key, item in option.items()}
    return option


def _fitting(option: Any, parameter: inspect.Parameter | None, provision: Provision, place: Place) -> Any:
    if parameter is None:
        return option
    hint = parameter.annotation
    if hint is parameter.empty or isinstance(hint, str) or _fits(option, hint):
        return option
    if isinstance(option, EnvironmentValue):
        for read in _readings(option):
            if _fits(read, hint):
                return read
    kind = f"{_WORDS[type(option)]} ({option!r})" if type(option) in _WORDS else repr(option)
    return _refuse(place, f"The {provision} takes {_described(hint)} as '{parameter.name}', not {kind}.")


def _readings(text: EnvironmentValue) -> list[Any]:
    """Return what a text may mean where it cannot be a string."""
    switch = environment_switch(text.variable)
    readings: list[Any] = [] if switch is None else [switch]
    for number in (int, float):
        try:
            readings.append(number(text))
        except ValueError:
            continue
    return readings


def _fits(value: Any, hint: Any) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(_fits(value, each) for each in arguments)
    if origin is Annotated:
        return _fits(value, arguments[0])
    if origin is Literal:
        return any(value == each and isinstance(value, type(each)) for each in arguments)
    kind = origin or hint
    if hint is None or kind is NoneType:
        return value is None
    if kind is Any or not isinstance(kind, type):  # before Python 3.11, Any is no type
        return True
    if kind in (int, float):
        return isinstance(value, int | kind) and not isinstance(value, bool)
    if issubclass(kind, os.PathLike | PurePath):
        return isinstance(value, str | kind)  # TOML has no paths
    if not isinstance(value, kind) or (
        isinstance(value, str) and issubclass(kind, Sequence) and kind is not str
    ):
        return False
    if isinstance(value, Mapping) and len(arguments) == 2:
        return all(_fits(key, arguments[0]) and _fits(item, arguments[1]) for key, item in value.items())
    if isinstance(value, list) and len(arguments) == 1:
        return all(_fits(item, arguments[0]) for item in value)
    return True


def _described(hint: Any) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        parts = [_described(each) for each in arguments if each is not NoneType]
        return " or ".join(dict.fromkeys(parts))
    if origin is Annotated:
        return _described(arguments[0])
    if origin is Literal:
        return f"one of {', '.join(map(repr, arguments))}"
    kind = origin or hint
    if not isinstance(kind, type):
        return str(hint)
    if issubclass(kind, os.PathLike | PurePath):
        return _WORDS[str]
    if issubclass(kind, Mapping):
        return _WORDS[dict]
    if kind not in _WORDS and issubclass(kind, Sequence):
        return _WORDS[list]
    text = _WORDS.get(kind, f"a {kind.__name__}")
    return f"{text}, each {_described(arguments[0])}" if kind is list and arguments else text


def _refuse(place: Place, problem: str, cause: Exception | None = None) -> NoReturn:
    raise SettingsError(place.source, place.path, problem) from cause
