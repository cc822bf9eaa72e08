"""IO manager that stores assets in any S3-compatible store, and an observer of its objects."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.hookspecs import hookimpl
from holdfast.provisions import IOManagerPlugin, ObserverPlugin

__all__: list[str] = []


@hookimpl
def holdfast_io_managers() -> Iterator[IOManagerPlugin]:
    """Provide the IO manager ``s3``."""
    yield IOManagerPlugin(
        name="s3",
        factory="holdfast_s3.io:s3_io_manager",
        summary="objects of an S3-compatible store, in the format of the value's type",
        claims=("columns", "partitions", "persistent", "processes"),
        conformance="holdfast_s3.conformance:s3_objects",
    )


@hookimpl
def holdfast_observers() -> Iterator[ObserverPlugin]:
    """Provide the observer ``s3``."""
    yield ObserverPlugin(
        name="s3",
        factory="holdfast_s3.observer:S3Observer",
        summary="the etag of the object, or of all objects under the prefix, in the metadata 'url'",
        conformance="holdfast_s3.conformance:s3_observer",
    )
