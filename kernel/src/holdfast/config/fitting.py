"""Checking a value against a config type, with every problem and its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdfast.config.scalars import AnyType, ConfigType, Scalar, Validator, shown
from holdfast.errors import did_you_mean

__all__ = ["as_dictionary", "fit", "refuse_unknown"]


def fit(config_type: ConfigType, value: Any, path: str, *, resolve: bool = True) -> tuple[Any, list[str]]:
    """Return what a value becomes as a config type, and every problem with it.

    Args:
        config_type: the type.
        value: what was given.
        path: where it was given, for the problems, such as ``"ops.clean.config"``; ``""`` for the whole.
        resolve: whether values become what they stand for, such as the content of a variable.
    """
    if isinstance(config_type, AnyType):
        return value, []
    if isinstance(config_type, Scalar) and config_type.accepts(value):
        return config_type.converted(value), []
    import voluptuous as vol  # 20 ms to import, and only config with parts, or problems, needs it

    try:
        return vol.Schema(config_type.validator(vol, resolve))(value), []
    except vol.MultipleInvalid as error:
        problems = sorted(error.errors, key=lambda problem: [_sortable(step) for step in problem.path])
        return None, [f"{_place(path, problem.path)}: {problem.msg}" for problem in problems]


def _place(path: str, steps: list[Any]) -> str:
    return f"{path}{''.join(map(_step, steps))}".removeprefix(".") or "it"


def _sortable(step: Any) -> tuple[bool, int, str]:
    return (False, step, "") if isinstance(step, int) else (True, 0, str(step))


def _step(step: Any) -> str:
    return f"[{step}]" if isinstance(step, int) else f".{step}"


def as_dictionary(config_type: ConfigType, value: Any, vol: Any) -> dict[Any, Any]:
    """Return what was given for a type as a dictionary; raises `voluptuous.Invalid` when it is none."""
    if not isinstance(value, Mapping):
        raise vol.Invalid(f"expected {config_type}, not {shown(value)}")
    return dict(value)


def refuse_unknown(vol: Any, known: Mapping[str, Any]) -> Validator:
    """Return a check of names that none passes, for those that no entry of a dictionary type takes."""

    def refuse(name: Any) -> Any:
        raise vol.Invalid(f"there is no such entry.{did_you_mean(str(name), known)}")

    return refuse
