"""Observes a source asset that is behind a URL."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from typing import Any

from holdfast.errors import InvalidDefinitionError, SettingsError, StorageError
from holdfast.interfaces import ObserveContext, Observer
from holdfast.metadata import MetadataValue
from holdfast.provisions import PluginContext
from holdfast.versions import LogicalVersion, ObserveResult

__all__ = ["HttpObserver"]


class HttpObserver(Observer):
    """Tells versions apart by what a server says of a URL: its ETag, else its Last-Modified and its length.

    The URL is the ``url`` in the metadata of the source asset. Nothing is downloaded.

    Args:
        context: what every factory is given; this observer needs nothing of it.
        timeout: the seconds that the server may take to answer.

    Raises:
        SettingsError: the timeout is no positive number.
    """

    def __init__(self, context: PluginContext | None = None, timeout: float = 30.0) -> None:
        if isinstance(timeout, bool) or not isinstance(timeout, int | float) or timeout <= 0:
            raise SettingsError(
                "observer 'http'", "timeout", f"is a positive number of seconds, not {timeout!r}."
            )
        self._timeout = timeout

    def observe(self, context: ObserveContext) -> ObserveResult:
        """Return the version of what is behind the URL.

        Raises:
            InvalidDefinitionError: the source asset names no URL.
            StorageError: the server does not answer, refuses, or says nothing that tells versions apart.
        """
        what = f"SourceAsset('{context.asset_key}')"
        url = _url(context.metadata, what)
        try:
            headers = self._headers(url)
        except (OSError, http.client.HTTPException) as error:
            raise StorageError(f"{what} cannot be observed at {url}: {error}.") from error
        etag, modified = headers.get("ETag"), headers.get("Last-Modified")
        size = headers.get("Content-Length", "")
        if not (etag or modified):
            raise StorageError(
                f"{what} cannot be observed at {url}: the server gives neither ETag nor Last-Modified. Give "
                "the source asset a function as its observe_fn."
            )
        said: dict[str, Any] = {"url": MetadataValue.url(url), "etag": etag, "last_modified": modified}
        if size.isdecimal():
            said["size_bytes"] = int(size)
        version = etag or f"{modified} {size}".rstrip()
        return ObserveResult(
            LogicalVersion(version), {label: value for label, value in said.items() if value is not None}
        )

    def _headers(self, url: str) -> Message:
        try:
            return self._ask("HEAD", url)
        except urllib.error.HTTPError as refusal:
            # Some servers know no HEAD, and a signed URL may be for GET alone; the body is not read.
            refusal.close()
            return self._ask("GET", url)

    def _ask(self, method: str, url: str) -> Message:
        request = urllib.request.Request(url, method=method, headers={"User-Agent": "holdfast-http"})
        with urllib.request.urlopen(request, timeout=self._timeout) as response:
            headers: Message = response.headers
            return headers


def _url(metadata: Mapping[str, Any], what: str) -> str:
    url = metadata.get("url")
    if isinstance(url, MetadataValue):
        url = url.value
    if not isinstance(url, str) or not url.lower().startswith(("http://", "https://")):
        raise InvalidDefinitionError(
            f"{what} is observed by 'http', and the 'url' of its metadata is {url!r}. Give it "
            "metadata={'url': 'https://...'}."
        )
    return url
