"""Where in a database a value is kept, and what it is called in messages."""

from __future__ import annotations

from typing import NamedTuple

from holdfast.io_contexts import InputContext, OutputContext
from holdfast.key_paths import encode_identifier

__all__ = ["Place", "place_of", "title_of"]

# What databases call schemas of their own, and this one's event store its.
_TAKEN = frozenset({"holdfast", "information_schema", "main", "public", "system", "temp"})


class Place(NamedTuple):
    """A table.

    Attributes:
        schema: its schema.
        table: its name.
    """

    schema: str
    table: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}"


def place_of(context: OutputContext | InputContext, default: str, *, together: bool) -> Place:
    """Return the table of a value; no two values that are not partitions of one asset share one.

    The last part of the key is the table's name and the parts before it are its schema's. Outputs that are no
    assets are named by run, step and output.

    Args:
        context: what says which value it is.
        default: the schema of keys of one part, and of what is no asset.
        together: whether every table is in that schema; the whole key is then the table's name.
    """
    if not context.has_asset_key:
        return Place(default, encode_identifier(context.get_identifier(), mark="$r"))
    parts = context.asset_key.parts
    if together or len(parts) == 1:
        return Place(default, encode_identifier(parts))
    schema = encode_identifier(parts[:-1])
    if schema in _TAKEN or schema.startswith("pg_"):
        schema = encode_identifier(parts[:-1], mark="$s")
    return Place(schema, encode_identifier(parts[-1:]))


def title_of(context: OutputContext | InputContext, partition: str | None = None) -> str:
    """Return what to call a value in messages.

    Args:
        context: what says which value it is.
        partition: one of several partitions that the value is.
    """
    if context.has_asset_key:
        title = f"Asset {str(context.asset_key)!r}"
        if partition is None and context.has_asset_partitions and len(context.asset_partitions) == 1:
            partition = context.asset_partition_key
        return title if partition is None else f"{title}, partition {partition!r},"
    run, *rest = context.get_identifier()
    return f"Output {'.'.join(rest)!r} of run {run!r}"
