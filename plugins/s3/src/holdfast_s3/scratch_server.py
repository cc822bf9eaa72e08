"""An S3 server of one's own, for tests: moto's, in a process that ends with this one."""

from __future__ import annotations

import atexit
import functools
import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs

from holdfast.errors import PluginError

__all__ = ["KEYS", "ScratchServer", "scratch_bucket", "scratch_server"]

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
"""Credentials that the server takes; it takes any."""

_UNTIL_STDIN_ENDS = """
import os, sys, threading
from moto.server import main
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
main(sys.argv[1:])
"""
_PATIENCE = 60.0  # seconds


@attrs.frozen
class ScratchServer:
    """An S3 server.

    Attributes:
        url: where it is.
    """

    url: str

    @classmethod
    def start(cls) -> ScratchServer:
        """Start one; it ends with this process, however that ends.

        Raises:
            PluginError: moto is not installed, or does not start.
        """
        if any(importlib.util.find_spec(name) is None for name in ("boto3", "flask_cors", "moto")):
            raise _lacking('moto is not installed: pip install "moto[s3,server]".')
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-c", _UNTIL_STDIN_ENDS, "-H", "127.0.0.1", "-p", str(port)]
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
        atexit.register(process.communicate)  # closes its standard input, and waits
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + _PATIENCE
        while True:
            try:
                urllib.request.urlopen(f"{url}/moto-api/").close()
                return cls(url)
            except urllib.error.URLError:
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    raise _lacking("the server of moto does not start.") from None
                time.sleep(0.05)

    def client(self, service: str = "s3") -> Any:
        """Return boto3's client of it, to prepare and to look behind the scenes."""
        import boto3  # costly, and not needed by whoever only stores values

        keys = {name.lower(): key for name, key in KEYS.items()}
        return boto3.client(service, endpoint_url=self.url, region_name="us-east-1", **keys)


@functools.cache
def scratch_server() -> ScratchServer:
    """Start a server, the first time, and return it.

    Raises:
        PluginError: moto is not installed, or does not start.
    """
    return ScratchServer.start()


@contextmanager
def scratch_bucket() -> Iterator[tuple[ScratchServer, str]]:
    """Give a server and the name of an empty bucket, with credentials for it in the environment.

    Raises:
        PluginError: moto is not installed, or does not start.
    """
    server, name = scratch_server(), f"bucket-{uuid.uuid4().hex}"
    server.client().create_bucket(Bucket=name)
    before = {key: value for key, value in os.environ.items() if key.startswith("AWS_")}
    for key in before:
        del os.environ[key]
    os.environ.update(KEYS)
    try:
        yield server, name
    finally:
        for key in KEYS:
            del os.environ[key]
        os.environ.update(before)


def _lacking(reason: str) -> PluginError:
    return PluginError("s3", "lacking what its tests need", reason)
