from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import holdfast_s3
from holdfast import StaticPartitionsDefinition, build_input_context, build_output_context
from holdfast.errors import (
    NoFormatError,
    SettingsError,
    StepOutputNotFoundError,
    StorageError,
    UntrustedFormatError,
)
from holdfast.formats import Formats
from holdfast.metadata import MetadataValue


def test_the_hook_names_the_io_manager() -> None:
    """The plugin provides the IO manager `s3`."""
    (record,) = holdfast_s3.holdfast_io_managers()
    assert (record.name, record.factory) == ("s3", "holdfast_s3.io:s3_io_manager")


@pytest.mark.parametrize("value", [None, 0, "text", "", b"", [1, (2, 3)], float("inf"), {"c": b"column"}])
def test_value_comes_back(store: Any, value: object) -> None:
    """What is stored is what is loaded, None and empty values too."""
    store.put("a", value)
    assert store.get("a") == value


def test_value_of_several_parts_comes_back(store: Any) -> None:
    """A large object is put in parts, and is one object all the same."""
    text = "x" * 12_000_000
    assert store.put("notes", text)["size_bytes"] == 12_000_000
    assert store.get("notes") == text


def test_the_object_is_named_by_the_key(store: Any, objects: Callable[[], list[str]]) -> None:
    """Key parts are joined with slashes under the prefix, whatever the format."""
    store.put(["warehouse", "orders"], 1)
    store.put("notes", "text")
    store.put("daily", "text", partition="2024-01-01")
    assert objects() == [
        "lake/daily/partition=2024-01-01/value",
        "lake/notes.value",
        "lake/warehouse/orders.value",
    ]


@pytest.mark.parametrize(("base", "name"), [("", "a.value"), ("/", "a.value"), ("/x/y", "x/y/a.value")])
def test_the_base_may_be_a_bucket_or_a_prefix(
    make_store: Any, bucket: str, objects: Callable[[], list[str]], base: str, name: str
) -> None:
    """With or without a slash at its end."""
    make_store(base=f"s3://{bucket}{base}").put("a", 1)
    assert objects() == [name]


def test_metadata_says_where_how_big_and_what_the_format_says(
    store: Any, s3_server: Any, bucket: str
) -> None:
    """The materialization gets the URL, the size in bytes, the etag, and the format's own metadata."""
    said = store.put("notes", "one\ntwo")
    (there,) = s3_server.client().list_objects_v2(Bucket=bucket)["Contents"]
    assert said == {
        "url": MetadataValue.url(f"s3://{bucket}/lake/notes.value"),
        "size_bytes": 7,
        "etag": there["ETag"],
        "lines": 2,
    }


def test_value_of_another_format_takes_the_same_place(store: Any, objects: Callable[[], list[str]]) -> None:
    """There is one object, and nothing to clean up."""
    store.put("a", "text")
    store.put("a", 1)
    assert store.get("a") == 1
    assert objects() == ["lake/a.value"]


def test_failed_store_leaves_the_old_value(store: Any, objects: Callable[[], list[str]]) -> None:
    """A value that cannot be turned into bytes changes nothing."""
    store.put("a", 1)
    with pytest.raises(StorageError, match=r"Asset 'a' cannot be stored as pickle at s3://.*/a\.value"):
        store.put("a", [b"x" * 1_000_000, lambda: 1])
    assert store.get("a") == 1
    assert objects() == ["lake/a.value"]


def test_missing_value_names_asset_and_url(store: Any, bucket: str) -> None:
    """Loading what was never stored says so, and where it was looked for."""
    where = f"Asset 'lake/orders' is not stored at s3://{bucket}/lake/lake/orders.value"
    with pytest.raises(StepOutputNotFoundError, match=where):
        store.get(["lake", "orders"])


def test_missing_partition_is_named(store: Any) -> None:
    """The message has the partition."""
    store.put("daily", 1, partition="2024-01-01")
    with pytest.raises(StepOutputNotFoundError, match="Asset 'daily', partition '2024-01-02',"):
        store.get("daily", partition="2024-01-02")


def test_many_partitions_are_stored_and_loaded_together(store: Any, objects: Callable[[], list[str]]) -> None:
    """One object for each, with metadata of its own; a reader of all gets them by key."""
    days = StaticPartitionsDefinition(["a", "b", "../c"])
    context = build_output_context(asset_key="daily", asset_partitions=days.all())
    store.manager.handle_output(context, {"a": "1", "b": 2, "../c": None})
    names = [f"lake/daily/partition={part}/value" for part in ("%2E%2E%2Fc", "a", "b")]
    assert objects() == names
    assert context.metadata_by_partition["a"]["url"].value.endswith("partition=a/value")
    reader = build_input_context(asset_key="daily", asset_partitions=days.all(), by_partition=True)
    assert store.manager.load_input(reader) == {"a": "1", "b": 2, "../c": None}


def test_a_store_that_is_not_trusted_takes_and_loads_no_pickle(make_store: Any) -> None:
    """By default pickle is neither written nor loaded; other formats are."""
    make_store().put("a", 1)
    strict = make_store(trusted=False)
    with pytest.raises(NoFormatError, match="trusted = true"):
        strict.put("b", 1)
    with pytest.raises(UntrustedFormatError, match=r"Asset 'a' at s3://.*a\.value is stored as pickle"):
        strict.get("a")
    strict.put("b", "text")
    assert strict.get("b") == "text"


def test_an_inactive_format_is_named(make_store: Any, formats: Formats) -> None:
    """What no active format reads is an error that says whose it is."""
    make_store().put("a", "text")
    with pytest.raises(StorageError, match=r"Asset 'a' is stored in a \.txt file"):
        make_store(formats=Formats(formats.active[1:])).get("a")


def test_an_object_without_a_format_is_an_error(store: Any, s3_server: Any, bucket: str) -> None:
    """The message says what it lost, and what to do."""
    s3_server.client().put_object(Bucket=bucket, Key="lake/a.value", Body=b"1")
    with pytest.raises(StorageError, match=r"does not say its format.*'holdfast-extension'.*materialize"):
        store.get("a")


def test_what_others_have_put_is_loaded(store: Any, s3_server: Any, bucket: str) -> None:
    """Under the extension of a format; a value stored here goes before it."""
    s3_server.client().put_object(Bucket=bucket, Key="lake/raw/notes.txt", Body=b"from others")
    assert store.get(["raw", "notes"]) == "from others"
    store.put(["raw", "notes"], "ours")
    assert store.get(["raw", "notes"]) == "ours"


def test_partitions_of_others_are_loaded(store: Any, s3_server: Any, bucket: str) -> None:
    """From where the IO manager `filesystem` puts them."""
    key = "lake/daily/partition=2024-01-01/value.txt"
    s3_server.client().put_object(Bucket=bucket, Key=key, Body=b"from others")
    assert store.get("daily", partition="2024-01-01") == "from others"


def test_two_objects_of_others_are_an_error(store: Any, s3_server: Any, bucket: str) -> None:
    """It is not guessed which one is meant."""
    for extension in ("txt", "pickle"):
        s3_server.client().put_object(Bucket=bucket, Key=f"lake/a.{extension}", Body=b"1")
    with pytest.raises(StorageError, match=r"Asset 'a' cannot be read .*there as \.txt and \.pickle"):
        store.get("a")


def test_missing_bucket_is_an_error(make_store: Any) -> None:
    """Loading and storing name it, and it is not made."""
    store = make_store(base="s3://no-such-bucket")
    with pytest.raises(StorageError, match="There is no bucket 'no-such-bucket'") as caught:
        store.get("a")
    assert not isinstance(caught.value, StepOutputNotFoundError)
    with pytest.raises(StorageError, match=r"Asset 'a' cannot be stored .*NoSuchBucket: "):
        store.put("a", 1)


def test_the_manager_crosses_processes(make_store: Any, formats: Formats) -> None:
    """It may be pickled, after it was used too."""
    store = make_store()
    store.put("a", "text")
    copy = pickle.loads(pickle.dumps(store.manager))
    assert type(store)(copy).get("a") == "text"


def test_threads_may_share_the_manager(store: Any) -> None:
    """What they store at once is all there."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: store.put(f"a{number}", number), range(40)))
        assert list(pool.map(lambda number: store.get(f"a{number}"), range(40))) == list(range(40))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"base": "data"}, r"\[base\] is a URL such as 's3://bucket/prefix', not 'data'"),
        ({"base": "s3:///x"}, r"\[base\] is a URL"),
        ({"base": 5}, r"\[base\] is a URL"),
        ({"endpoint": "s3.example.org"}, r"\[endpoint\] is a URL such as 'https://s3.example.org', not "),
        ({"region": 1}, r"\[region\] is a name such as 'eu-central-1', not 1"),
        ({"trusted": "false"}, r"\[trusted\] is true or false, not 'false'"),
        ({"anonymous": 1}, r"\[anonymous\] is true or false, not 1"),
    ],
)
def test_wrong_option_is_refused(make_store: Any, options: dict[str, Any], problem: str) -> None:
    """An option that does not fit is an error that names it, before anything is asked of the store."""
    with pytest.raises(SettingsError, match=problem):
        make_store(**options)


FORKED = """
import os, sys
from holdfast_s3.bucket import Bucket
from holdfast_s3.connection import Connection

bucket = Bucket(sys.argv[2], Connection("test", sys.argv[1]))
bucket.get("a")
if os.fork() == 0:
    try:
        bucket.get("a")
    except Exception as error:
        print(type(error).__name__, error, flush=True)
    os._exit(0)
os.wait()
"""


def test_a_fork_is_told_that_it_cannot_use_the_client(s3_server: Any, bucket: str) -> None:
    """Instead of waiting forever for threads that it does not have."""
    command = [sys.executable, "-c", FORKED, s3_server.url, bucket]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert said.startswith("UnmetExecutorRequirementsError This process was forked")
