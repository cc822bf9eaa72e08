"""Observes a source asset by what a query gives."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from holdfast.errors import InvalidDefinitionError, SettingsError, StorageError
from holdfast.interfaces import ObserveContext, Observer
from holdfast.metadata import MetadataValue
from holdfast.provisions import PluginContext
from holdfast.versions import LogicalVersion, ObserveResult
from holdfast_sql.reading import Rows, reader_of

__all__ = ["SQLObserver"]

_WHAT = "observer 'sql'"
_NUMBERS_AND_TEXT = (bool, int, float, str)
_LONGEST = 100  # characters of a version that is a value, as it is kept with all that is made of it


class SQLObserver(Observer):
    """Tells versions apart by what a query gives: its only value, else a digest of its rows in any order.

    The query is the ``query`` in the metadata of the source asset.

    Args:
        context: says where the path of an SQLite file starts.
        url: where the database is: PostgreSQL, or an SQLite file; with a password only if it is an
            `EnvironmentValue`.
        timeout: the seconds that a query may take.
        max_rows: the most rows that a query may give.

    Raises:
        SettingsError: an option has no valid value.
    """

    def __init__(
        self,
        context: PluginContext,
        url: str,
        timeout: float = 60.0,
        max_rows: int = 10_000,
    ) -> None:
        if isinstance(timeout, bool) or not isinstance(timeout, int | float) or timeout <= 0:
            raise SettingsError(_WHAT, "timeout", f"is a positive number of seconds, not {timeout!r}.")
        if isinstance(max_rows, bool) or not isinstance(max_rows, int) or max_rows <= 0:
            raise SettingsError(_WHAT, "max_rows", f"is a positive number of rows, not {max_rows!r}.")
        self._reader = reader_of(_WHAT, url, context.directory, timeout)
        self._max_rows = max_rows

    def observe(self, context: ObserveContext) -> ObserveResult:
        """Return the version of what the query gives.

        Raises:
            InvalidDefinitionError: the source asset names no query.
            StorageError: the query fails, takes too long, changes something, or gives too many rows.
        """
        what = f"SourceAsset('{context.asset_key}')"
        query = _query(context.metadata, what)
        try:
            rows = self._reader.rows(query, self._max_rows + 1)
        except StorageError as error:
            raise StorageError(f"{what} cannot be observed: {error}") from error
        if len(rows) > self._max_rows:
            raise StorageError(
                f"{what} cannot be observed: its query gives more than {self._max_rows} rows. Let the "
                "database sum them up, such as by count(*) and max(changed_at), or raise the option max_rows."
            )
        said: dict[str, Any] = {"query": query, "rows": len(rows)}
        first = rows[0][0] if rows and len(rows[0]) else None
        if first is not None:
            said["first_value"] = first if isinstance(first, _NUMBERS_AND_TEXT) else str(first)
        return ObserveResult(LogicalVersion(_version(rows)), said)


def _version(rows: Rows) -> str:
    if len(rows) == 1 == len(rows[0]):
        (value,) = rows[0]
        text = str(value)
        if value is not None and not isinstance(value, bytes) and 0 < len(text) <= _LONGEST:
            return text
    # Without ORDER BY, a database gives the same rows in another order at any time.
    digest = hashlib.sha256(b"".join(sorted(map(_digest, rows))))
    return f"sha256-{digest.hexdigest()}"


def _digest(row: Any) -> bytes:
    digest = hashlib.sha256()
    for value in row:
        data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
        digest.update(f"{type(value).__name__} {len(data)} ".encode() + data)
    return digest.digest()


def _query(metadata: Mapping[str, Any], what: str) -> str:
    query = metadata.get("query")
    if isinstance(query, MetadataValue):
        query = query.value
    if not isinstance(query, str) or not query.strip():
        raise InvalidDefinitionError(
            f"{what} is observed by 'sql', and the 'query' of its metadata is {query!r}. Give it "
            "metadata={'query': 'SELECT ...'}."
        )
    return query
