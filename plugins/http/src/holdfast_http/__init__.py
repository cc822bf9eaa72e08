"""Observer of source assets that are behind a URL."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.hookspecs import hookimpl
from holdfast.provisions import ObserverPlugin

__all__: list[str] = []


@hookimpl
def holdfast_observers() -> Iterator[ObserverPlugin]:
    """Provide the observer ``http``."""
    yield ObserverPlugin(
        name="http",
        factory="holdfast_http.observer:HttpObserver",
        summary="the ETag, or the Last-Modified, of the URL in the metadata 'url'",
        conformance="holdfast_http.conformance:http_observer",
    )
