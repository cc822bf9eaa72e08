"""Servers that the tests of several distributions need, started when a test first asks for one."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

collect_ignore = ["docs/examples/plugin"]  # its test is of a package that is installed first

_FAST = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=100")
# So the server and its files do not outlive the process of the tests, even if that is killed.
_UNTIL_STDIN_ENDS = '"$@" & read _; kill -INT $!; wait; rm -rf "$0"'
_numbers = itertools.count()


def _program(name: str) -> str:
    """Return a program of PostgreSQL; Debian keeps them apart from other programs."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = shutil.which(name) or (str(found[-1]) if found else None)
    if path is None and "CI" in os.environ:
        pytest.fail(f"{name} of PostgreSQL is not installed")
    if path is None:
        pytest.skip(f"{name} of PostgreSQL is not installed (on Debian: apt-get install postgresql)")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server: the URL of its databases, with a gap for the name of one."""
    initdb, program = _program("initdb"), _program("postgres")
    folder = Path(tempfile.mkdtemp(prefix="holdfast-"))  # a short path, as that of a socket must be
    who: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL}
    if os.geteuid() == 0:  # which the server refuses to run as
        who |= {"user": "nobody", "group": "nogroup", "extra_groups": []}
        shutil.chown(folder, "nobody", "nogroup")
    data, socket = folder / "data", folder / ".s.PGSQL.5432"
    subprocess.run([initdb, "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "-N"], check=True, **who)
    options = [part for option in _FAST for part in ("-c", option)]
    command = ["sh", "-c", _UNTIL_STDIN_ENDS, folder, program, "-D", data, "-k", folder, *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, **who) as server:
        while not socket.exists() or "ready" not in (data / "postmaster.pid").read_text():
            assert server.poll() is None, "PostgreSQL does not start"
            time.sleep(0.02)
        yield f"postgresql://tester@/{{}}?host={folder}"


@pytest.fixture
def database(postgres: str) -> str:
    """The URL of a new database."""
    import psycopg  # not before a test needs it

    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgres.format(name)
