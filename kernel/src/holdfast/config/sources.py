"""Config types for scalars that environment variables may hold."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar

from holdfast.config.scalars import SCALARS, ConfigType, Validator
from holdfast.config.types import Shape

__all__ = [
    "BoolSource",
    "BoolSourceType",
    "IntSource",
    "IntSourceType",
    "Source",
    "StringSource",
    "StringSourceType",
]

_BY_NAME = Shape({"env": str})


class Source(ConfigType):
    """A scalar, or ``{"env": "NAME"}`` for the content of an environment variable of the running process."""

    __slots__ = ()

    python_type: ClassVar[type]

    def validator(self, vol: Any, resolve: bool) -> Validator:
        """Return the check of a scalar or the name of a variable."""
        direct = SCALARS[self.python_type].validator(vol, resolve)
        by_name = _BY_NAME.validator(vol, resolve)

        def check(value: Any) -> Any:
            if not isinstance(value, Mapping):
                return direct(value)
            given = by_name(value)
            return self._content(vol, given["env"]) if resolve else given

        return check

    def _content(self, vol: Any, name: str) -> Any:
        text = os.environ.get(name)
        if text is None:
            raise vol.Invalid(f"the environment variable '{name}' is not set")
        try:
            return self.python_type(text)
        except ValueError:
            # The content stays out of the message: it may be a secret.
            problem = f"the environment variable '{name}' holds no {self.python_type.__name__}"
            raise vol.Invalid(problem) from None

    def __repr__(self) -> str:
        return type(self).__name__.removesuffix("Type")

    def __str__(self) -> str:
        return f"{self.python_type.__name__} or {_BY_NAME}"


class StringSourceType(Source):
    """Text, or the variable that holds it."""

    __slots__ = ()
    python_type = str


class IntSourceType(Source):
    """A whole number, or the variable that holds it."""

    __slots__ = ()
    python_type = int


class BoolSourceType(Source):
    """A truth value, or the variable that holds it; every text but the empty one is true there."""

    __slots__ = ()
    python_type = bool


StringSource, IntSource, BoolSource = StringSourceType(), IntSourceType(), BoolSourceType()
