"""Tags: string labels with string values; other values travel as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from holdfast.errors import InvalidDefinitionError

__all__ = ["NO_TAGS", "check_tags"]

NO_TAGS: Mapping[str, str] = MappingProxyType({})


def check_tags(tags: Mapping[str, Any] | None, what: str) -> Mapping[str, str]:
    """Return tags with every value as a string; values that are no strings become JSON.

    Args:
        tags: labels and values.
        what: whose tags they are, for the message.

    Raises:
        InvalidDefinitionError: a label is no string, or a value does not survive JSON.
    """
    if not tags:
        return NO_TAGS
    if not isinstance(tags, Mapping):
        raise InvalidDefinitionError(f"{what}: tags are a mapping of labels to values, not {tags!r}.")
    return {_label(key, what): _text(key, value, what) for key, value in tags.items()}


def _label(key: object, what: str) -> str:
    if not isinstance(key, str):
        raise InvalidDefinitionError(f"{what}: a tag's label is a string, not {key!r}.")
    return key


def _text(key: str, value: object, what: str) -> str:
    if isinstance(value, str):
        return value
    problem = "it changes on the way through JSON"
    try:
        text = json.dumps(value)
        if json.loads(text) == value:
            return text
    except (TypeError, ValueError) as error:
        problem = str(error)
    raise InvalidDefinitionError(
        f"{what}: tag '{key}' has the value {value!r}, which JSON cannot keep ({problem}). "
        "Give a string, or lists, dictionaries, numbers and strings only."
    )
