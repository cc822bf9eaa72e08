"""The few things asked of a bucket, and what its refusals mean."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import obstore

from holdfast.errors import StorageError, UnmetExecutorRequirementsError
from holdfast_s3.connection import Connection

if TYPE_CHECKING:  # the client's types are for type checkers alone
    from obstore import ObjectMeta
    from obstore.store import S3Store

__all__ = ["Bucket", "reason_of"]

_DETAIL = re.compile(r"<Code>([^<]+)</Code>(?:.*?<Message>([^<]+)</Message>)?", re.DOTALL)
_process: int | None = None


class Bucket:
    """A bucket of an S3-compatible store. It may cross to another process.

    Args:
        name: the bucket's name.
        connection: how it is reached.

    Raises:
        SettingsError: the client refuses the settings, or the credentials cannot be read.
    """

    def __init__(self, name: str, connection: Connection) -> None:
        self.name = name
        self.connection = connection
        self._opened: S3Store | None = connection.open(name)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_opened": None}

    def url(self, key: str) -> str:
        """Return the URL of an object, for people and other programs."""
        return f"s3://{self.name}/{key}"

    def put(self, key: str, data: bytes, attributes: Mapping[str, str]) -> Mapping[str, Any]:
        """Make ``data`` the contents of an object, at once and whole; return its etag and version.

        Args:
            key: the object's key.
            data: its contents.
            attributes: what the store keeps with it, by name.
        """
        return dict(obstore.put(self._store, key, data, attributes=dict(attributes)))

    def head(self, key: str) -> tuple[ObjectMeta, Mapping[str, str]] | None:
        """Return what the store says of an object, and what is kept with it; ``None`` if it is not there."""
        try:
            found = obstore.get(self._store, key, options={"head": True})
        except FileNotFoundError:
            return None
        return found.meta, found.attributes

    def get(self, key: str) -> tuple[bytes, Mapping[str, str]] | None:
        """Return an object's contents and what is kept with it; ``None`` if it is not there.

        Raises:
            StorageError: there is no such bucket.
        """
        try:
            found = obstore.get(self._store, key)
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise StorageError(f"There is no bucket '{self.name}'.") from error
            return None
        return bytes(found.bytes()), found.attributes

    def get_range(self, key: str, start: int, end: int, etag: str) -> bytes | None:
        """Return some bytes of an object; ``None`` if it is not the one with this etag any more."""
        try:
            found = obstore.get(self._store, key, options={"range": (start, end), "if_match": etag})
            return bytes(found.bytes())
        except (FileNotFoundError, obstore.exceptions.PreconditionError):
            return None

    def under(self, prefix: str) -> Iterator[ObjectMeta]:
        """Yield what the store says of every object under a prefix that ends with ``/``."""
        for batch in obstore.list(self._store, prefix):
            yield from batch

    @property
    def _store(self) -> S3Store:
        global _process
        if _process not in (None, os.getpid()):
            raise UnmetExecutorRequirementsError(
                "This process was forked from one that had used S3, and the client's threads do not live "
                "on in a fork. Start workers as 'forkserver' or 'spawn'."
            )
        _process = os.getpid()
        if self._opened is None:
            self._opened = self.connection.open(self.name)
        return self._opened


def reason_of(error: Exception) -> str:
    """Return in one line what an error of the client says, without its account of itself."""
    text = str(error)
    detail = _DETAIL.search(text)
    if detail is not None:
        return ": ".join(filter(None, detail.groups())).rstrip(".")
    return " ".join(text.partition("\n\nDebug source")[0].split()).rstrip(".")
