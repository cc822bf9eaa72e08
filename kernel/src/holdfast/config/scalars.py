"""Config types without parts: scalars and enumerations."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from holdfast.argument_types import is_text
from holdfast.errors import InvalidConfigDefinitionError, did_you_mean

__all__ = [
    "ANY",
    "NOT_GIVEN",
    "SCALARS",
    "Any",
    "AnyType",
    "Bool",
    "ConfigSchema",
    "ConfigType",
    "Enum",
    "EnumValue",
    "Float",
    "Int",
    "NotGiven",
    "Scalar",
    "String",
    "Validator",
    "shown",
]

Validator = Callable[[Any], Any]
"""From a value to what it becomes; raises `voluptuous.Invalid` for one that does not fit."""

Bool, Float, Int, String = bool, float, int, str


class NotGiven(enum.Enum):
    """Stands where nothing was given; ``None`` is a value. A member stays itself on the way to workers."""

    NOT_GIVEN = "not given"


NOT_GIVEN = NotGiven.NOT_GIVEN


class ConfigSchema:
    """What says which config is accepted: a config type or a `Field`; the base class of both.

    Where one is taken, plain Python will do: ``int``, ``float``, ``bool``, ``str``, ``dict``, ``list``,
    ``[inner]``, ``{"name": schema}``, ``{str: inner}``, and `typing.Any`.
    """

    __slots__ = ()


class ConfigType(ConfigSchema):
    """A type that a value in config may have. Its text is how people would write it."""

    __slots__ = ()

    def validator(self, vol: Any, resolve: bool) -> Validator:
        """Return the check for values of this type.

        Args:
            vol: the module ``voluptuous``, imported by whoever starts a check.
            resolve: whether values become what they stand for, such as the content of a variable.
        """
        raise NotImplementedError

    def implied(self) -> Any:
        """Return the value that a field of this type has without a default of its own, or `NOT_GIVEN`."""
        return NOT_GIVEN


def shown(value: object, limit: int = 80) -> str:
    """Return a value as a message shows it: on one line, and not all of a long one."""
    text = " ".join(repr(value).split())
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


@attrs.frozen
class AnyType(ConfigType):
    """Whatever is given."""

    def validator(self, vol: Any, resolve: bool) -> Validator:
        """Return a check that every value passes."""
        return _itself

    def __str__(self) -> str:
        return "anything"


def _itself(value: Any) -> Any:
    return value


@attrs.frozen
class Scalar(ConfigType):
    """A number, text or truth value.

    Args:
        python_type: ``int``, ``float``, ``bool`` or ``str``. A float may be given as an int; an int may not
            be given as a truth value.
    """

    python_type: type

    def accepts(self, value: object) -> bool:
        """Return whether a value is of this type."""
        if self.python_type is float:
            return isinstance(value, int | float)
        return isinstance(value, self.python_type) and not (
            self.python_type is int and isinstance(value, bool)
        )

    def converted(self, value: Any) -> Any:
        """Return a value that is accepted as this type."""
        return float(value) if self.python_type is float else value

    def validator(self, vol: Any, resolve: bool) -> Validator:
        """Return the check of one scalar."""

        def check(value: Any) -> Any:
            if not self.accepts(value):
                raise vol.Invalid(f"expected {self}, not {shown(value)}")
            return self.converted(value)

        return check

    def __str__(self) -> str:
        return self.python_type.__name__


ANY = AnyType()
SCALARS: dict[type, Scalar] = {python_type: Scalar(python_type) for python_type in (int, float, bool, str)}


@attrs.frozen
class EnumValue:
    """A member of an `Enum`.

    Args:
        config_value: what config gives.
        python_value: what the computation gets; the same by default.
        description: what it means.
    """

    config_value: str
    _python_value: Any = attrs.field(default=None, alias="python_value")
    description: str | None = attrs.field(default=None, validator=is_text)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.config_value, str):
            raise InvalidConfigDefinitionError(
                f"EnumValue: config_value is a string, not {self.config_value!r}."
            )

    @property
    def python_value(self) -> Any:
        """What the computation gets."""
        return self.config_value if self._python_value is None else self._python_value


@attrs.frozen(eq=False)
class Enum(ConfigType):
    """One of several names, each of which stands for a value.

    Args:
        name: what the names are called together.
        enum_values: the members.

    Raises:
        InvalidConfigDefinitionError: a member is no `EnumValue`, or two have one name.
    """

    name: str
    enum_values: Sequence[EnumValue]

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.name, str) or not isinstance(self.enum_values, Sequence):
            raise InvalidConfigDefinitionError(
                f"Enum takes a name and a list of EnumValue, not {self.name!r} and {self.enum_values!r}."
            )
        for member in self.enum_values:
            if not isinstance(member, EnumValue):
                raise InvalidConfigDefinitionError(
                    f"Enum '{self.name}': a member is an EnumValue, not {member!r}."
                )
        names = [member.config_value for member in self.enum_values]
        for name in names:
            if names.count(name) > 1:
                raise InvalidConfigDefinitionError(f"Enum '{self.name}': two members are called '{name}'.")

    @classmethod
    def from_python_enum(cls, enum_class: type[enum.Enum]) -> Enum:
        """Return the type of the names of a Python enumeration; computations get its members.

        Raises:
            InvalidConfigDefinitionError: ``enum_class`` is no enumeration.
        """
        if not (isinstance(enum_class, type) and issubclass(enum_class, enum.Enum)):
            raise InvalidConfigDefinitionError(
                f"Enum.from_python_enum takes a class of Python's enum module, not {enum_class!r}."
            )
        return cls(enum_class.__name__, [EnumValue(member.name, member) for member in enum_class])

    def validator(self, vol: Any, resolve: bool) -> Validator:
        """Return the check of one name."""
        members = {member.config_value: member for member in self.enum_values}

        def check(value: Any) -> Any:
            if not isinstance(value, str):
                raise vol.Invalid(f"expected a name of {self.name}, not {shown(value)}")
            if value not in members:
                raise vol.Invalid(f"{self.name} has no member {shown(value)}.{did_you_mean(value, members)}")
            return members[value].python_value if resolve else value

        return check

    def __str__(self) -> str:
        return self.name
