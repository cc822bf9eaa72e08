"""How the IO manager and the observer are proven: each on an empty bucket of a server of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from holdfast.conformance.trials import IOManagerTrial, ObservedSource, ObserverTrial
from holdfast_s3.scratch_server import scratch_bucket

__all__ = ["s3_objects", "s3_observer"]


@contextmanager
def s3_objects(_directory: Path) -> Iterator[IOManagerTrial]:
    """Give the trial of the IO manager ``s3``."""
    with scratch_bucket() as (server, bucket):
        client = server.client()
        yield IOManagerTrial(
            use="s3",
            options={"base": f"s3://{bucket}/lake", "endpoint": server.url, "trusted": True},
            contents=lambda: _contents(client, bucket),
        )


@contextmanager
def s3_observer(_directory: Path) -> Iterator[ObserverTrial]:
    """Give the trial of the observer ``s3``, of objects."""
    with scratch_bucket() as (server, bucket):
        client, numbers = server.client(), itertools.count()

        def source() -> ObservedSource:
            where, versions = {"Bucket": bucket, "Key": f"source{next(numbers)}.csv"}, itertools.count()

            def change() -> None:
                client.put_object(**where, Body=f"version {next(versions)}".encode())

            change()
            url = f"s3://{bucket}/{where['Key']}"
            return ObservedSource({"url": url}, change, lambda: client.delete_object(**where))

        yield ObserverTrial(use="s3", options={"endpoint": server.url}, source=source)


def _contents(client: Any, bucket: str) -> list[str]:
    """Return the keys of all objects of a bucket, and of what is put in parts and not whole."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    objects = [each["Key"] for page in pages for each in page.get("Contents", [])]
    uploads = client.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    return [*objects, *(f"a part of {each['Key']}" for each in uploads)]
