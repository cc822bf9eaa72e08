"""A run that is asked for: of a sensor, or of a partition of a job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from holdfast.argument_types import check_type
from holdfast.definitions.tags import check_tags
from holdfast.errors import InvalidDefinitionError
from holdfast.keys import AssetKey

__all__ = ["RunRequest", "checked", "optional_text"]


def checked(kinds: Any, expected: str) -> Any:
    """Return a validator of a field that may be left out."""

    def check(record: object, field: attrs.Attribute[Any], value: object) -> None:
        if value is not None:
            check_type(value, kinds, f"{type(record).__name__}: {field.name}", expected)

    return check


optional_text = checked(str, "a string")
"""The validator of a field that is a string, or left out."""


def _tags(tags: Mapping[str, Any] | None) -> Mapping[str, str]:
    for value in tags.values() if isinstance(tags, Mapping) else ():
        check_type(value, str, "RunRequest: the value of a tag", "a string")
    return check_tags(tags, "RunRequest")


def _run_config(config: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return {} if config is None else config


def _keys(keys: Iterable[Any] | None) -> list[AssetKey] | None:
    if isinstance(keys, str) or not isinstance(keys, Iterable | None):
        raise InvalidDefinitionError(f"RunRequest: asset_selection is a list of keys, not {keys!r}.")
    return None if keys is None else [AssetKey.from_coercible(key) for key in keys]


@attrs.frozen
class RunRequest:
    """A run that is asked for.

    Args:
        run_key: tells this request from others; of two requests with one key, one is to be run.
        run_config: the config of the run.
        tags: its tags, strings by strings.
        job_name: the job to run.
        asset_selection: only these assets of the job.

    Raises:
        InvalidDefinitionError: an argument is of the wrong type.
    """

    run_key: str | None = attrs.field(default=None, validator=optional_text)
    run_config: Mapping[str, Any] = attrs.field(
        default=None, converter=_run_config, validator=checked(Mapping, "a mapping of sections")
    )
    tags: Mapping[str, str] = attrs.field(default=None, converter=_tags)
    job_name: str | None = attrs.field(default=None, validator=optional_text)
    asset_selection: Sequence[AssetKey] | None = attrs.field(default=None, converter=_keys)
