"""How the columns of a table that partitions share grow, so that each can hold what every partition has."""

from __future__ import annotations

from typing import Any

import pyarrow

from holdfast.errors import StorageError

__all__ = ["widened"]


def widened(shared: Any, new: Any) -> Any:
    """Return the schema that holds the rows of both, each value unchanged.

    Columns that one of them lacks are null in its rows. Whole numbers may become floating-point ones: whether
    each value can is for the caller to see.

    Args:
        shared: the `pyarrow.Schema` of what is stored.
        new: that of what comes.

    Raises:
        StorageError: the types of a column do not go together.
    """
    fields = {field.name: field for field in shared}
    for field in new:
        old = fields.get(field.name)
        fields[field.name] = field if old is None else pyarrow.field(field.name, _wider(old, field))
    return pyarrow.schema(list(fields.values()))


def _wider(old: Any, new: Any) -> Any:
    if old.type.equals(new.type):
        return old.type
    try:
        schemas = [pyarrow.schema([old]), pyarrow.schema([new])]
        wider = pyarrow.unify_schemas(schemas, promote_options="permissive").field(0).type
    except (pyarrow.ArrowTypeError, pyarrow.ArrowInvalid):
        wider = None
    if wider is None or not (_holds(wider, old.type) and _holds(wider, new.type)):
        raise StorageError(
            f"The column {old.name!r} is {old.type} in the partitions that are stored and {new.type} in "
            "this one, and no type holds both unchanged. Give it the same type in every partition."
        )
    return wider


def _holds(wider: Any, narrow: Any) -> bool:
    types = pyarrow.types
    if narrow.equals(wider) or types.is_null(narrow):
        return True
    if types.is_integer(narrow):
        return any(is_one(wider) for is_one in (types.is_integer, types.is_decimal, types.is_floating))
    if narrow.num_fields:
        return narrow.num_fields == wider.num_fields and all(
            _holds(wider.field(place).type, narrow.field(place).type) for place in range(narrow.num_fields)
        )
    alike = (types.is_floating, types.is_decimal, types.is_timestamp)
    return any(is_one(narrow) and is_one(wider) for is_one in alike)
