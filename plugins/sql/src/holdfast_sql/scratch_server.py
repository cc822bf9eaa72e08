"""A PostgreSQL server of one's own, for tests: it ends with this process, and its files with it."""

from __future__ import annotations

import atexit
import functools
import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from holdfast.errors import PluginError

__all__ = ["scratch_database", "scratch_server"]

_FAST = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=100")
# So the server and its files do not outlive this process, even if that is killed.
_UNTIL_STDIN_ENDS = '"$@" & read _; kill -INT $!; wait; rm -rf "$0"'
# Pools keep connections open; before PostgreSQL 13, DROP DATABASE cannot close them.
_LEAVE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
_numbers = itertools.count()


@contextmanager
def scratch_database() -> Iterator[str]:
    """Give the URL of a new database, which is dropped afterwards.

    Raises:
        PluginError: PostgreSQL is not installed, or does not start.
    """
    server, name = scratch_server(), f"scratch_{next(_numbers)}"
    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield server.format(name)
        finally:
            connection.execute(_LEAVE, [name])
            connection.execute(SQL("DROP DATABASE {}").format(Identifier(name)))


@functools.cache
def scratch_server() -> str:
    """Start a server, the first time, and return the URL of its databases, with a gap for the name of one.

    Raises:
        PluginError: PostgreSQL is not installed, or does not start.
    """
    initdb, program = _program("initdb"), _program("postgres")
    folder = Path(tempfile.mkdtemp(prefix="holdfast-"))  # a short path, as that of a socket must be
    who: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL}
    if os.geteuid() == 0:  # which the server refuses to run as
        who |= {"user": "nobody", "group": "nogroup", "extra_groups": []}
        shutil.chown(folder, "nobody", "nogroup")
    data, socket = folder / "data", folder / ".s.PGSQL.5432"
    subprocess.run([initdb, "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "-N"], check=True, **who)
    options = [part for option in _FAST for part in ("-c", option)]
    command = ["sh", "-c", _UNTIL_STDIN_ENDS, str(folder), program, "-D", str(data), "-k", str(folder)]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen([*command, *options], stdin=subprocess.PIPE, stderr=quiet, **who)
    atexit.register(server.communicate)  # closes its standard input, and waits
    while not socket.exists() or "ready" not in (data / "postmaster.pid").read_text():
        if server.poll() is not None:
            raise _lacking(f"the server of {program} does not start.")
        time.sleep(0.02)
    return f"postgresql://tester@/{{}}?host={folder}"


def _program(name: str) -> str:
    """Return a program of PostgreSQL; Debian keeps them apart from other programs."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = shutil.which(name) or (str(found[-1]) if found else None)
    if path is None:
        raise _lacking(f"{name} of PostgreSQL is not installed (on Debian: apt-get install postgresql).")
    return path


def _lacking(reason: str) -> PluginError:
    return PluginError("sql", "lacking what its tests need", reason)
