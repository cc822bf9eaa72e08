"""``holdfast observe`` with the observers of plugins, and values in S3, on a real project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import attrs
import pytest

from holdfast_s3.scratch_server import ScratchServer, scratch_bucket

HOLDFAST = Path(sys.executable).with_name("holdfast")

MODULE = """
from holdfast import SourceAsset, asset

by_time = SourceAsset("by_time", metadata={{"path": "raw.csv"}}, observe_fn="file")
by_hash = SourceAsset("by_hash", metadata={{"path": "raw.csv"}}, observe_fn="file_hash")
by_http = SourceAsset("by_http", metadata={{"url": "{site}/raw.csv"}}, observe_fn="web")
by_etag = SourceAsset("by_etag", metadata={{"url": "s3://{bucket}/raw.csv"}}, observe_fn="lake")


@asset(io_manager_key="lake")
def numbers():
    return {{"numbers": [1, 2, 3]}}


@asset
def total(numbers):
    return sum(numbers["numbers"])
"""

SETTINGS = """
definitions = [{{ use = "module", name = "flows" }}]
executor = {{ use = "multiprocess", max_workers = 2 }}

[io_managers]
lake = {{ use = "s3", base = "s3://{bucket}/lake", endpoint = "{store}" }}

[observers]
web = {{ use = "http", timeout = 20 }}
lake = {{ use = "s3", endpoint = "{store}" }}
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A web server of the project's directory, which tells times of change."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@attrs.frozen
class Bucket:
    """An empty bucket, to prepare and to look behind the scenes."""

    name: str
    endpoint: str
    client: Any

    def put(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=data)

    def get(self, key: str) -> bytes:
        data: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        return data


@pytest.fixture
def bucket(s3_server: ScratchServer) -> Iterator[Bucket]:
    """An empty bucket, with credentials for it in the environment."""
    with scratch_bucket() as (_, name):
        yield Bucket(name, s3_server.url, s3_server.client())


@pytest.fixture
def holdfast(tmp_path: Path, site: str, bucket: Bucket) -> Callable[..., str]:
    """The command in a project that uses all of them."""
    (tmp_path / "flows.py").write_text(MODULE.format(site=site, bucket=bucket.name))
    (tmp_path / "holdfast.toml").write_text(SETTINGS.format(store=bucket.endpoint, bucket=bucket.name))

    def run(*arguments: str) -> str:
        command = [HOLDFAST, *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_every_observer_tells_a_change(holdfast: Callable[..., str], tmp_path: Path, bucket: Bucket) -> None:
    """A file, its contents, a URL and an S3 object: the same version while nothing changes, then another."""

    def write(text: str, when: int) -> None:
        (tmp_path / "raw.csv").write_text(text)
        os.utime(tmp_path / "raw.csv", (when, when))
        bucket.put("raw.csv", text.encode())

    def versions() -> dict[str, str]:
        steps = json.loads(holdfast("observe", "--json"))["steps"]
        return {key: version for step in steps for key, version in step["observed"].items()}

    write("a,b", 1_000_000_000)
    first = versions()
    assert set(first) == {"by_time", "by_hash", "by_http", "by_etag"}
    assert versions() == first
    write("a,c", 1_000_000_100)
    second = versions()
    assert [key for key in first if first[key] == second[key]] == []
    assert json.loads(holdfast("assets", "show", "by_etag", "--json"))["version"] == second["by_etag"]
    assert "chosen by: " in holdfast("plugins", "explain", "web")


def test_values_are_kept_in_s3_by_settings(holdfast: Callable[..., str], bucket: Bucket) -> None:
    """Steps in worker processes store there and load from there, and so does the command line."""
    holdfast("materialize")
    assert holdfast("load", "total").strip() == "6"
    assert json.loads(bucket.get("lake/numbers.value")) == {"numbers": [1, 2, 3]}
