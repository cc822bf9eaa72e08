"""Config types of which one alternative holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from holdfast.argument_types import is_text
from holdfast.config.fitting import as_dictionary, refuse_unknown
from holdfast.config.scalars import NOT_GIVEN, ConfigType, Scalar, Validator
from holdfast.config.types import (
    Array,
    Dictionary,
    Field,
    Map,
    named_fields,
    to_inner,
    to_scalar,
    to_type,
)
from holdfast.errors import InvalidConfigDefinitionError

__all__ = ["Noneable", "ScalarUnion", "Selector"]


@attrs.frozen(eq=False)
class Selector(Dictionary):
    """A dictionary with exactly one of these entries.

    Where there is but one, and it need not be given, the empty dictionary stands for it.

    Args:
        fields: the entries by name.
        description: what it is.

    Raises:
        InvalidConfigDefinitionError: an entry has no config type.
    """

    fields: Mapping[str, Field] = attrs.field(converter=named_fields)
    description: str | None = attrs.field(default=None, validator=is_text)

    def validator(self, vol: Any, resolve: bool) -> Validator:
        """Return the check of such a dictionary."""
        entries: dict[Any, Any] = {n: f.config_type.validator(vol, resolve) for n, f in self.fields.items()}
        mappings = {n for n, f in self.fields.items() if isinstance(f.config_type, Dictionary)}
        chosen = vol.Schema({**entries, refuse_unknown(vol, self.fields): object})

        def check(value: Any) -> Any:
            given = as_dictionary(self, value, vol) or self._only()
            if len(given) != 1:
                names = ", ".join(map(str, given)) or "none"
                raise vol.Invalid(f"give exactly one of {', '.join(self.fields)}; given: {names}")
            [(name, content)] = given.items()
            if content is NOT_GIVEN:
                return {name: None}
            if content is None and name in mappings:
                content = {}  # an entry without content is how YAML chooses one without options
            return chosen({name: content})

        return check

    def _only(self) -> dict[str, Any]:
        """Return the only entry with its default value, if there is but one and it need not be given."""
        if len(self.fields) != 1:
            return {}
        [(name, field)] = self.fields.items()
        if field.is_required:
            return {}
        return {name: field.default if field.default_provided else field.config_type.implied()}

    def implied(self) -> Any:
        """Return the only entry, if there is but one and it need not be given."""
        only = self._only()
        return {name: value for name, value in only.items() if value is not NOT_GIVEN} if only else NOT_GIVEN

    def __str__(self) -> str:
        return f"one of {self.written()}"


@attrs.frozen(eq=False)
class Noneable(ConfigType):
    """A value of a type, or ``None``, which is what a field has when nothing is given.

    Args:
        inner_type: the type.
    """

    inner_type: ConfigType = attrs.field(converter=to_inner)

    def validator(self, vol: Any, resolve: bool) -> Validator:
        """Return the check of such a value."""
        check = self.inner_type.validator(vol, resolve)
        return lambda value: None if value is None else check(value)

    def implied(self) -> Any:
        """Return ``None``."""
        return None

    def __str__(self) -> str:
        return f"{self.inner_type} or None"


def _non_scalar(schema: Any) -> ConfigType:
    found = to_type(schema, "non_scalar_schema")
    if not isinstance(found, Dictionary | Array | Map):
        raise InvalidConfigDefinitionError(
            f"ScalarUnion: non_scalar_schema is a dictionary or list, not {found}."
        )
    return found


@attrs.frozen(eq=False)
class ScalarUnion(ConfigType):
    """A scalar, or a dictionary or list.

    Args:
        scalar_type: ``int``, ``float``, ``bool`` or ``str``.
        non_scalar_schema: the dictionary or list.

    Raises:
        InvalidConfigDefinitionError: one of them is of the other kind.
    """

    scalar_type: Scalar = attrs.field(converter=to_scalar)
    non_scalar_schema: ConfigType = attrs.field(converter=_non_scalar)

    def validator(self, vol: Any, resolve: bool) -> Validator:
        """Return the check of such a value."""
        scalar = self.scalar_type.validator(vol, resolve)
        other = self.non_scalar_schema.validator(vol, resolve)
        return lambda value: other(value) if isinstance(value, list | Mapping) else scalar(value)

    def __str__(self) -> str:
        return f"{self.scalar_type} or {self.non_scalar_schema}"
