"""What to write where something else was given for a config type."""

from __future__ import annotations

import enum
from typing import Any

__all__ = ["advice"]


def advice(schema: Any) -> str:
    """Return a sentence that leads from what is no config type to one that is."""
    if isinstance(schema, list):
        return "A list holds the one type of its elements, as in [int]."
    if isinstance(schema, type) and issubclass(schema, enum.Enum):
        return f"Say Enum.from_python_enum({schema.__name__})."
    if type(schema).__module__ == "typing" or type(schema).__module__ == "types":
        return (
            "Say Noneable(int) for what may be None, Field(int, is_required=False) for what may be missing."
        )
    return (
        "Config types are int, float, bool, str, dict, list, Any, [int], {'name': int}, {str: int}, and "
        "Shape, Permissive, Selector, Array, Map, Noneable, Enum, ScalarUnion and the sources."
    )
