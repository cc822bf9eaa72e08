"""Config types with parts, fields, and how plain Python becomes either."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import partial
from typing import Any

import attrs

from holdfast.argument_types import check_type, is_text
from holdfast.config.advice import advice
from holdfast.config.fitting import as_dictionary, fit, refuse_unknown
from holdfast.config.scalars import (
    ANY,
    NOT_GIVEN,
    SCALARS,
    ConfigSchema,
    ConfigType,
    Scalar,
    Validator,
    shown,
)
from holdfast.errors import (
    InvalidConfigDefinitionError,
    InvalidConfigError,
    InvariantViolationError,
    did_you_mean,
)

__all__ = [
    "ANY_CONFIG",
    "Array",
    "Dictionary",
    "Field",
    "Map",
    "Permissive",
    "Shape",
    "named_fields",
    "to_field",
    "to_inner",
    "to_scalar",
    "to_type",
]


# -- from plain Python -------------------------------------------------------------------------------


def to_field(schema: Any, what: str) -> Field:
    """Return what a ``config_schema`` says, as a field; ``None`` says that any config or none will do.

    Args:
        schema: a `Field`, a config type, or plain Python for one.
        what: who has the schema, for the message, such as ``"op 'clean'"``.

    Raises:
        InvalidConfigDefinitionError: it is no schema; the message names the place in it.
    """
    if schema is None:
        return ANY_CONFIG
    return schema if isinstance(schema, Field) else Field(to_type(schema, f"{what}: config_schema"))


def to_type(schema: Any, place: str) -> ConfigType:
    """Return what plain Python says, as a config type.

    Args:
        schema: a config type, or plain Python for one; ``None`` for any value.
        place: where it stands, for the message.

    Raises:
        InvalidConfigDefinitionError: it is no schema; the message names the place in it.
    """
    if isinstance(schema, ConfigType):
        return schema
    if schema is None or schema is Any:
        return ANY
    if isinstance(schema, Mapping):
        return _from_mapping(schema, place)
    if isinstance(schema, list) and len(schema) == 1:
        return Array(to_type(schema[0], f"{place}[0]"))
    if schema is dict:
        return Permissive()
    if schema is list:
        return Array(ANY)
    if isinstance(schema, type) and schema in SCALARS:
        return SCALARS[schema]
    field = "A Field stands at the top or for an entry of a dictionary; give its type here."
    hint = field if isinstance(schema, Field) else advice(schema)
    raise InvalidConfigDefinitionError(f"{place}: {shown(schema)} is no config type. {hint}")


def _from_mapping(schema: Mapping[Any, Any], place: str) -> ConfigType:
    if len(schema) == 1:
        [(key, inner)] = schema.items()
        if not isinstance(key, str):
            return Map(to_scalar(key, f"{place}: the key"), to_type(inner, f"{place}: the values"))
    return Shape(_read_fields(schema, place))


def _read_fields(schemas: Any, place: str) -> dict[str, Field]:
    if not isinstance(schemas, Mapping):
        raise InvalidConfigDefinitionError(
            f"{place}: this is a dictionary of names and config types, not {shown(schemas)}."
        )
    fields = {}
    for name, schema in schemas.items():
        if not isinstance(name, str):
            raise InvalidConfigDefinitionError(f"{place}: the name of an entry is a string, not {name!r}.")
        if schema is None:
            raise InvalidConfigDefinitionError(f"{place}.{name}: None is no config type. {advice(None)}")
        fields[name] = schema if isinstance(schema, Field) else Field(to_type(schema, f"{place}.{name}"))
    return fields


# -- fields ------------------------------------------------------------------------------------------


@attrs.frozen(eq=False, init=False)
class Field(ConfigSchema):
    """An entry of config: its type, and what holds when it is not given.

    Args:
        config: the type; plain Python will do.
        default_value: what is taken when nothing is given, written as config would be.
        is_required: whether it must be given; by default, unless there is a default value, or the type
            implies one, as a dictionary does whose entries need not be given, and `Noneable`.
        description: what it is.

    Attributes:
        config_type: the type.
        default: the default value, `NOT_GIVEN` when there is none.

    Raises:
        InvalidConfigDefinitionError: the type is none, or a required field has a default value.
        InvalidDefinitionError: another argument is of the wrong type.
        InvalidConfigError: the default value is not of the type.
    """

    config_type: ConfigType
    default: Any
    is_required: bool
    description: str | None

    def __init__(
        self,
        config: Any,
        default_value: Any = NOT_GIVEN,
        is_required: bool | None = None,
        description: str | None = None,
    ) -> None:
        config_type = to_type(config, "Field")
        check_type(is_required, bool | None, "Field: is_required", "True or False")
        check_type(description, str | None, "Field: description", "a string")
        if default_value is not NOT_GIVEN:
            _check_default(config_type, default_value, is_required)
        elif is_required is None:
            default_value = config_type.implied()
        if is_required is None:
            is_required = default_value is NOT_GIVEN
        self.__attrs_init__(config_type, default_value, is_required, description)

    def __repr__(self) -> str:
        return f"Field({self.config_type}, is_required={self.is_required})"

    @property
    def default_provided(self) -> bool:
        """Whether there is a default value."""
        return self.default is not NOT_GIVEN

    @property
    def default_value(self) -> Any:
        """The default value; an `InvariantViolationError` when there is none."""
        if self.default is NOT_GIVEN:
            raise InvariantViolationError("This Field has no default value; see default_provided.")
        return self.default


ANY_CONFIG = Field(ANY, is_required=False)
"""What a definition without a schema takes: any config or none."""


def _check_default(config_type: ConfigType, default: Any, is_required: bool | None) -> None:
    if is_required:
        raise InvalidConfigDefinitionError(
            f"Field: a required field has no use for the default value {shown(default)}; leave one out."
        )
    _, problems = fit(config_type, default, "default_value", resolve=False)
    if problems:
        raise InvalidConfigError("The default value of a Field does not fit", problems)


# -- dictionaries ------------------------------------------------------------------------------------


def named_fields(schemas: Any) -> Mapping[str, Field]:
    """Return the entries of a dictionary type with every plain type as a field."""
    return _read_fields(schemas, "fields")


def _optional_fields(schemas: Any) -> Mapping[str, Field]:
    return _read_fields({} if schemas is None else schemas, "fields")


def _aliases(aliases: Mapping[str, str] | None) -> Mapping[str, str]:
    check_type(aliases, Mapping | None, "Shape: field_aliases", "a mapping of names")
    return dict(aliases or {})


class Dictionary(ConfigType):
    """A dictionary with named entries; the base of the types that say which."""

    __slots__ = ()

    fields: Mapping[str, Field]

    def check_entries(self, vol: Any, resolve: bool, *, others: bool) -> Validator:
        """Return the check of the entries, which says whether others may stand beside them."""
        entries: dict[Any, Any] = {}
        for name, field in self.fields.items():
            if field.is_required:
                marker = vol.Required(name, msg=f"this is required ({field.config_type})")
            elif field.default is NOT_GIVEN:
                marker = vol.Optional(name)
            else:
                marker = vol.Optional(name, default=partial(deepcopy, field.default))
            entries[marker] = field.config_type.validator(vol, resolve)
        if not others:
            entries[refuse_unknown(vol, self.fields)] = object
        schema = vol.Schema(entries, extra=vol.ALLOW_EXTRA if others else vol.PREVENT_EXTRA)

        def check(value: Any) -> dict[str, Any]:
            made: dict[str, Any] = schema(as_dictionary(self, value, vol))
            # Voluptuous puts defaults last and in no order.
            return {name: made[name] for name in (*self.fields, *made) if name in made}

        return check

    def implied(self) -> Any:
        """Return the default values of the entries, if all of them may be left out."""
        if any(field.is_required for field in self.fields.values()):
            return NOT_GIVEN
        return {name: field.default for name, field in self.fields.items() if field.default_provided}

    def written(self, *others: str) -> str:
        """Return the entries as people would write them."""
        entries = [f"{n}{'' if f.is_required else '?'}: {f.config_type}" for n, f in self.fields.items()]
        return f"{{{', '.join([*entries, *others])}}}"

    def __str__(self) -> str:
        return self.written()


@attrs.frozen(eq=False)
class Shape(Dictionary):
    """A dictionary with these entries and no others.

    Args:
        fields: the entries by name: types, or a `Field` for an entry that need not be given.
        description: what it is.
        field_aliases: by the name of an entry, another name under which it may be given.

    Raises:
        InvalidConfigDefinitionError: an entry has no config type, or an alias belongs to no entry.
    """

    fields: Mapping[str, Field] = attrs.field(converter=named_fields)
    description: str | None = attrs.field(default=None, validator=is_text)
    field_aliases: Mapping[str, str] = attrs.field(default=None, converter=_aliases)

    def __attrs_post_init__(self) -> None:
        for name in self.field_aliases:
            if name not in self.fields:
                nearest = did_you_mean(name, self.fields)
                raise InvalidConfigDefinitionError(
                    f"Shape: an alias is given for '{name}', which is no entry.{nearest}"
                )

    def validator(self, vol: Any, resolve: bool) -> Validator:
        """Return the check of such a dictionary."""
        check = self.check_entries(vol, resolve, others=False)
        names = {alias: name for name, alias in self.field_aliases.items()}
        if not names:
            return check

        def check_named(value: Any) -> dict[str, Any]:
            given = as_dictionary(self, value, vol)
            for alias, name in names.items():
                if alias in given and name in given:
                    raise vol.Invalid(f"'{alias}' is another name of '{name}'; give one of the two")
            renamed: dict[str, Any] = check({names.get(key, key): given[key] for key in given})
            return renamed

        return check_named


@attrs.frozen(eq=False)
class Permissive(Dictionary):
    """A dictionary with these entries and any others.

    Args:
        fields: the entries that are checked, by name.
        description: what it is.

    Raises:
        InvalidConfigDefinitionError: an entry has no config type.
    """

    fields: Mapping[str, Field] = attrs.field(default=None, converter=_optional_fields)
    description: str | None = attrs.field(default=None, validator=is_text)

    def validator(self, vol: Any, resolve: bool) -> Validator:
        """Return the check of such a dictionary."""
        return self.check_entries(vol, resolve, others=True)

    def __str__(self) -> str:
        return self.written("...")


# -- lists and maps ----------------------------------------------------------------------------------


def to_inner(schema: Any) -> ConfigType:
    """Return the type of the parts of another."""
    return to_type(schema, "inner_type")


def to_scalar(schema: Any, place: str = "the scalar type of a Map or ScalarUnion") -> Scalar:
    """Return a type that is a scalar."""
    found = to_type(schema, place)
    if not isinstance(found, Scalar):
        raise InvalidConfigDefinitionError(f"{place}: this is int, float, bool or str, not {found}.")
    return found


@attrs.frozen(eq=False)
class Array(ConfigType):
    """A list.

    Args:
        inner_type: the type of its elements.
    """

    inner_type: ConfigType = attrs.field(converter=to_inner)

    @property
    def description(self) -> str:
        """What it is."""
        return f"a list of {self.inner_type}"

    def validator(self, vol: Any, resolve: bool) -> Validator:
        """Return the check of such a list."""
        # Voluptuous stops at the first wrong element of a list, but not at a wrong entry of a dictionary.
        schema = vol.Schema({int: self.inner_type.validator(vol, resolve)})

        def check(value: Any) -> list[Any]:
            if not isinstance(value, list):
                raise vol.Invalid(f"expected {self}, not {shown(value)}")
            return list(schema(dict(enumerate(value))).values())

        return check

    def __str__(self) -> str:
        return f"[{self.inner_type}]"


@attrs.frozen(eq=False)
class Map(ConfigType):
    """A dictionary with any keys of a scalar type.

    Args:
        key_type: the type of its keys: ``int``, ``float``, ``bool`` or ``str``.
        inner_type: the type of its values.
        key_label_name: what a key is called.

    Raises:
        InvalidConfigDefinitionError: the keys are no scalars.
    """

    key_type: Scalar = attrs.field(converter=to_scalar)
    inner_type: ConfigType = attrs.field(converter=to_inner)
    key_label_name: str | None = attrs.field(default=None, validator=is_text)

    def validator(self, vol: Any, resolve: bool) -> Validator:
        """Return the check of such a dictionary."""
        keys = self.key_type.validator(vol, resolve)
        schema = vol.Schema({keys: self.inner_type.validator(vol, resolve)})
        return lambda value: schema(as_dictionary(self, value, vol))

    def __str__(self) -> str:
        return f"{{{self.key_type}: {self.inner_type}}}"
