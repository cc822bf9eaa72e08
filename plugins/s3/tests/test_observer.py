from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import holdfast_s3
from holdfast.errors import InvalidDefinitionError, SettingsError, StorageError
from holdfast.interfaces import ObserveContext
from holdfast.keys import AssetKey
from holdfast.metadata import MetadataValue
from holdfast.versions import ObserveResult
from holdfast_s3.observer import S3Observer

Look = Callable[..., ObserveResult]


@pytest.fixture
def look(s3_server: Any) -> Look:
    """Observes what is at a URL."""
    observer = S3Observer(endpoint=s3_server.url)
    return lambda **metadata: observer.observe(ObserveContext(AssetKey("raw"), metadata))


@pytest.fixture
def put(s3_server: Any, bucket: str) -> Callable[[str, bytes], Any]:
    """Puts an object."""
    return lambda key, data: s3_server.client().put_object(Bucket=bucket, Key=key, Body=data)


def test_the_hook_names_the_observer() -> None:
    """The plugin provides the observer `s3`."""
    (record,) = holdfast_s3.holdfast_observers()
    assert (record.name, record.factory) == ("s3", "holdfast_s3.observer:S3Observer")


def test_the_etag_is_the_version(look: Look, put: Any, bucket: str) -> None:
    """The same contents have the same version, other contents another."""
    etag = put("raw.csv", b"a,b")["ETag"]
    seen = look(url=f"s3://{bucket}/raw.csv")
    assert seen.logical_version.value == etag
    assert seen.metadata["url"] == MetadataValue.url(f"s3://{bucket}/raw.csv")
    assert seen.metadata["size_bytes"] == MetadataValue.int(3)
    assert "version_id" not in seen.metadata
    put("raw.csv", b"a,b")
    assert look(url=MetadataValue.url(f"s3://{bucket}/raw.csv")).logical_version == seen.logical_version
    put("raw.csv", b"a,c")
    assert look(url=f"s3://{bucket}/raw.csv").logical_version != seen.logical_version


def test_a_bucket_that_keeps_versions_names_them(look: Look, put: Any, s3_server: Any, bucket: str) -> None:
    """The id of the version is metadata: writing the same contents again makes no new logical version."""
    enabled = {"Status": "Enabled"}
    s3_server.client().put_bucket_versioning(Bucket=bucket, VersioningConfiguration=enabled)
    first, second = [
        (put("raw.csv", b"a,b")["VersionId"], look(url=f"s3://{bucket}/raw.csv")) for _ in range(2)
    ]
    assert [seen.metadata["version_id"].value for _, seen in (first, second)] == [first[0], second[0]]
    assert first[0] != second[0]
    assert first[1].logical_version == second[1].logical_version


def test_a_prefix_is_all_its_objects(look: Look, put: Any, bucket: str) -> None:
    """A new object, or a change of one, is another version; an object beside the prefix is none."""
    put("raw/a.csv", b"a")
    put("raw/b/c.csv", b"bc")
    first = look(url=f"s3://{bucket}/raw/")
    assert first.metadata["objects"] == MetadataValue.int(2)
    assert first.metadata["size_bytes"] == MetadataValue.int(3)
    put("raw-data/x.csv", b"x")
    assert look(url=f"s3://{bucket}/raw/").logical_version == first.logical_version
    put("raw/b/c.csv", b"cb")
    second = look(url=f"s3://{bucket}/raw/").logical_version
    put("raw/d.csv", b"")
    assert len({first.logical_version, second, look(url=f"s3://{bucket}/raw/").logical_version}) == 3


@pytest.mark.parametrize("key", ["gone.csv", "gone/"])
def test_what_is_not_there_is_an_error(look: Look, bucket: str, key: str) -> None:
    """The message has the source asset and the URL."""
    problem = rf"SourceAsset\('raw'\) cannot be observed at s3://{bucket}/{key}: there is nothing"
    with pytest.raises(StorageError, match=problem):
        look(url=f"s3://{bucket}/{key}")


def test_a_store_that_does_not_answer_is_an_error(bucket: str) -> None:
    """The message says why."""
    observer = S3Observer(endpoint="http://127.0.0.1:1")
    with pytest.raises(
        StorageError, match=r"SourceAsset\('raw'\) cannot be observed at s3://.*127\.0\.0\.1:1"
    ):
        observer.observe(ObserveContext(AssetKey("raw"), {"url": f"s3://{bucket}/raw.csv"}))


@pytest.mark.parametrize("metadata", [{}, {"url": "https://example.org"}, {"url": 7}, {"url": "s3://"}])
def test_a_url_is_needed(look: Look, metadata: dict[str, Any]) -> None:
    """A source asset without one is told what to give."""
    with pytest.raises(InvalidDefinitionError, match=r"SourceAsset\('raw'\).*metadata=\{'url'"):
        look(**metadata)


def test_a_wrong_option_is_refused() -> None:
    """The message says whose it is."""
    with pytest.raises(SettingsError, match=r"observer 's3': \[endpoint\] is a URL"):
        S3Observer(endpoint="nowhere")
