"""Observes a source asset that is in an S3-compatible store."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from holdfast.errors import Error, InvalidDefinitionError, StorageError
from holdfast.interfaces import ObserveContext, Observer
from holdfast.metadata import MetadataValue
from holdfast.provisions import PluginContext
from holdfast.versions import LogicalVersion, ObserveResult
from holdfast_s3.bucket import Bucket, reason_of
from holdfast_s3.connection import Connection, split_url

__all__ = ["S3Observer"]


class S3Observer(Observer):
    """Tells versions of an object apart by its etag, of all objects under a prefix by theirs.

    The object is the ``url`` in the metadata of the source asset; one that ends with ``/`` is a prefix.

    Args:
        context: what every factory is given; this observer needs nothing of it.
        endpoint: the URL of the store; that of the environment, else AWS, if ``None``.
        region: the region; that of the environment if ``None``.
        anonymous: whether to send no credentials.

    Raises:
        SettingsError: an option does not fit.
    """

    def __init__(
        self,
        context: PluginContext | None = None,
        endpoint: str | None = None,
        region: str | None = None,
        anonymous: bool = False,
    ) -> None:
        self._connection = Connection("observer 's3'", endpoint, region, anonymous)

    def observe(self, context: ObserveContext) -> ObserveResult:
        """Return the version of the object or prefix.

        Raises:
            InvalidDefinitionError: the source asset names none.
            SettingsError: the credentials cannot be read.
            StorageError: nothing is there, or the store cannot be asked.
        """
        what, url = f"SourceAsset('{context.asset_key}')", context.metadata.get("url")
        if isinstance(url, MetadataValue):
            url = url.value
        place = split_url(url)
        if place is None:
            raise InvalidDefinitionError(
                f"{what} is observed by 's3', and the 'url' of its metadata is {url!r}. Give it "
                "metadata={'url': 's3://bucket/key'}."
            )
        bucket, key = Bucket(place[0], self._connection), place[1]
        try:
            found = _prefix(bucket, key) if key.endswith("/") or not key else _object(bucket, key)
        except Error:
            raise
        except Exception as error:
            raise StorageError(f"{what} cannot be observed at {url}: {reason_of(error)}.") from error
        if found is None:
            raise StorageError(f"{what} cannot be observed at {url}: there is nothing.")
        version, said = found
        return ObserveResult(LogicalVersion(version), {"url": MetadataValue.url(str(url)), **said})


def _object(bucket: Bucket, key: str) -> tuple[str, Mapping[str, Any]] | None:
    found = bucket.head(key)
    if found is None:
        return None
    meta, _ = found
    said: dict[str, Any] = {"size_bytes": meta["size"], "last_modified": meta["last_modified"].isoformat()}
    if meta["version"] not in (None, "null"):
        said["version_id"] = meta["version"]
    return _etag(meta), said


def _prefix(bucket: Bucket, key: str) -> tuple[str, Mapping[str, Any]] | None:
    found = sorted((meta["path"], _etag(meta), meta["size"]) for meta in bucket.under(key))
    digest = hashlib.sha256(repr([(path, etag) for path, etag, _ in found]).encode()).hexdigest()
    said = {"objects": len(found), "size_bytes": sum(size for _, _, size in found)}
    return (f"sha256-{digest}", said) if found else None


def _etag(meta: Mapping[str, Any]) -> str:
    # Some stores have none; the time and the size tell most changes.
    return str(meta["e_tag"] or f"{meta['last_modified'].isoformat()}-{meta['size']}")
