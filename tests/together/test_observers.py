"""``holdfast observe`` with the observers of plugins, and values in S3, on a real project."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import attrs
import boto3
import pytest

HOLDFAST = Path(sys.executable).with_name("holdfast")

MODULE = """
from holdfast import SourceAsset, asset

by_time = SourceAsset("by_time", metadata={{"path": "raw.csv"}}, observe_fn="file")
by_hash = SourceAsset("by_hash", metadata={{"path": "raw.csv"}}, observe_fn="file_hash")
by_http = SourceAsset("by_http", metadata={{"url": "{site}/raw.csv"}}, observe_fn="web")
by_etag = SourceAsset("by_etag", metadata={{"url": "s3://bucket/raw.csv"}}, observe_fn="lake")


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
lake = {{ use = "s3", base = "s3://bucket/lake", endpoint = "{store}" }}

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
    """A bucket of an S3 server in a process of its own."""

    endpoint: str
    client: Any

    def put(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket="bucket", Key=key, Body=data)

    def get(self, key: str) -> bytes:
        data: bytes = self.client.get_object(Bucket="bucket", Key=key)["Body"].read()
        return data


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    """An empty bucket."""
    if importlib.util.find_spec("moto") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("moto is not installed: pip install moto[s3]")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{url}/moto-api/").close()
            break
        except urllib.error.URLError:
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    bucket = Bucket(url, boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys))
    bucket.client.create_bucket(Bucket="bucket")
    yield bucket
    process.kill()
    process.wait()


@pytest.fixture
def holdfast(tmp_path: Path, site: str, bucket: Bucket) -> Callable[..., str]:
    """The command in a project that uses all of them."""
    (tmp_path / "flows.py").write_text(MODULE.format(site=site))
    (tmp_path / "holdfast.toml").write_text(SETTINGS.format(store=bucket.endpoint))
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "HOME": str(tmp_path)}

    def run(*arguments: str) -> str:
        command = [HOLDFAST, *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env={**os.environ, **keys}, capture_output=True, text=True, check=False
        )
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
