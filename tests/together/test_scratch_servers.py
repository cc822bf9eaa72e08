"""The servers that tests and trials start end with whoever started them, and say what they need."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.errors import PluginError
from holdfast_s3.scratch_server import ScratchServer

START = """
import sys
from holdfast_{plugin}.scratch_server import scratch_server
print(getattr(scratch_server(), "url", None) or scratch_server(), flush=True)
sys.stdin.read()
"""


def listens(url: str) -> bool:
    """Return whether a server answers over TCP, or has its files."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "postgresql":
        return Path(urllib.parse.parse_qs(parts.query)["host"][0]).exists()
    with socket.socket() as client:
        return client.connect_ex((parts.hostname or "", parts.port or 0)) == 0


@pytest.mark.parametrize("plugin", ["s3", "sql"])
@pytest.mark.parametrize("end", [subprocess.Popen.kill, subprocess.Popen.communicate], ids=["killed", "over"])
def test_a_server_ends_with_its_process(
    request: pytest.FixtureRequest, plugin: str, end: Callable[[subprocess.Popen[str]], object]
) -> None:
    """Also if that is killed; nothing of it is left."""
    request.getfixturevalue({"s3": "s3_server", "sql": "postgres"}[plugin])  # skips where it is not installed
    command = [sys.executable, "-c", START.format(plugin=plugin)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert listens(url)
        end(process)
    deadline = time.monotonic() + 30
    while listens(url):
        assert time.monotonic() < deadline, "the server goes on"
        time.sleep(0.05)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the line that installs it."""
    monkeypatch.setitem(sys.modules, "moto", None)
    with pytest.raises(PluginError, match=r'moto is not installed: pip install "moto\[s3,server\]"'):
        ScratchServer.start()
