"""The tables of an event store's file."""

from __future__ import annotations

__all__ = ["APPLICATION_ID", "MIGRATIONS", "VERSION"]

APPLICATION_ID = 0x486F6C64
"""Marks a SQLite file as an event store of this plugin: ``Hold`` in ASCII."""

_TABLES = (
    """
    CREATE TABLE events (
        id INTEGER PRIMARY KEY,  -- in the order of append
        run_id TEXT NOT NULL,
        type TEXT NOT NULL,
        step_key TEXT,
        asset_key TEXT,          -- JSON: the key's parts
        partition TEXT,
        timestamp REAL NOT NULL, -- seconds since the epoch, UTC
        body TEXT                -- JSON: what belongs to this type of event
    )
    """,
    """
    CREATE TABLE runs (
        number INTEGER PRIMARY KEY, -- in the order of their starts
        run_id TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL,
        started REAL NOT NULL,
        ended REAL,
        about TEXT                  -- JSON: job name, tags, selection, run config
    )
    """,
    "CREATE INDEX events_by_run ON events (run_id)",
    "CREATE INDEX materializations ON events (asset_key) WHERE type = 'ASSET_MATERIALIZATION'",
    "CREATE INDEX materialized_partitions ON events (asset_key, partition)"
    " WHERE type = 'ASSET_MATERIALIZATION' AND partition IS NOT NULL",
    f"PRAGMA application_id = {APPLICATION_ID}",
)

MIGRATIONS = (
    _TABLES,
    ("CREATE INDEX observations ON events (asset_key) WHERE type = 'ASSET_OBSERVATION'",),
    (
        """
        CREATE TABLE partitions (
            asset_key TEXT NOT NULL,
            partition TEXT NOT NULL,
            made_by TEXT,            -- the run that made it last
            timestamp REAL NOT NULL, -- of that, or of the last failure
            version TEXT,            -- the logical version of what was made
            failed_in TEXT,          -- the run that was to make it since, and failed
            PRIMARY KEY (asset_key, partition)
        ) WITHOUT ROWID
        """,
        """
        INSERT INTO partitions
        SELECT asset_key, partition, run_id, timestamp,
               json_extract(body, '$.tags."holdfast/logical_version"'), NULL
        FROM events WHERE id IN (
            SELECT max(id) FROM events
            WHERE type = 'ASSET_MATERIALIZATION' AND partition IS NOT NULL GROUP BY asset_key, partition
        )
        """,
    ),
    (
        """
        CREATE TABLE dynamic_partitions (
            number INTEGER PRIMARY KEY, -- in the order of adding
            name TEXT NOT NULL,
            key TEXT NOT NULL,
            UNIQUE (name, key)
        )
        """,
    ),
)
"""What makes each version of the tables from the one before; the first, from an empty file."""

VERSION = len(MIGRATIONS)
"""The version of the tables, kept in the file's ``user_version``."""
