"""The tables of an event store, in a schema of their own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

__all__ = ["VERSION", "event_tables"]

VERSION = 1
"""The version of the tables, kept in the only row of ``schema_version``."""


def event_tables(schema: str) -> MetaData:
    """Return the tables ``events``, ``runs``, ``dynamic_partitions`` and ``schema_version`` of a schema."""
    tables = MetaData(schema=schema)
    Table("schema_version", tables, Column("version", Integer, nullable=False))
    Table(
        "runs",
        tables,
        Column("number", BigInteger, Identity(always=True), primary_key=True),  # in the order of their starts
        Column("run_id", Text, nullable=False, unique=True),
        Column("status", Text, nullable=False),
        Column("started", Double, nullable=False),
        Column("ended", Double),
        Column("about", Text),  # JSON: job name, tags, selection, run config
    )
    Table(
        "events",
        tables,
        Column("id", BigInteger, Identity(always=True), primary_key=True),  # in the order of append
        Column("run_id", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("step_key", Text),
        Column("asset_key", Text(collation="C")),  # JSON: the key's parts
        Column("partition", Text(collation="C")),
        Column("timestamp", Double, nullable=False),  # seconds since the epoch, UTC
        Column("body", Text),  # JSON: what belongs to this type of event
        Index("events_by_run", "run_id", "id"),
        Index("materializations", "asset_key", "id", postgresql_where=_type_is("ASSET_MATERIALIZATION")),
        Index("observations", "asset_key", "id", postgresql_where=_type_is("ASSET_OBSERVATION")),
        Index(
            "materialized_partitions",
            "asset_key",
            "partition",
            "id",
            postgresql_where=_type_is("ASSET_MATERIALIZATION", " AND partition IS NOT NULL"),
        ),
    )
    Table(
        "dynamic_partitions",
        tables,
        Column("number", BigInteger, Identity(always=True), primary_key=True),  # in the order of adding
        Column("name", Text(collation="C"), nullable=False),
        Column("key", Text(collation="C"), nullable=False),
        UniqueConstraint("name", "key"),
    )
    return tables


def _type_is(name: str, more: str = "") -> Any:
    return text(f"type = '{name}'{more}")
