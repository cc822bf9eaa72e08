"""Servers that the tests of several distributions need, started when a test first asks for one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from holdfast.errors import PluginError

if TYPE_CHECKING:  # the fixtures import what they need when a test asks for it
    from holdfast_s3.scratch_server import ScratchServer

collect_ignore = ["docs/examples/plugin"]  # its test is of a package that is installed first


@contextmanager
def _needed() -> Iterator[None]:
    """Skip what needs something that is not installed; in CI everything is."""
    try:
        yield
    except PluginError as error:
        (pytest.fail if "CI" in os.environ else pytest.skip)(str(error))


@pytest.fixture(scope="session")
def postgres() -> str:
    """A PostgreSQL server: the URL of its databases, with a gap for the name of one."""
    from holdfast_sql.scratch_server import scratch_server

    with _needed():
        return scratch_server()


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """The URL of a new database."""
    from holdfast_sql.scratch_server import scratch_database

    with scratch_database() as url:
        yield url


@pytest.fixture(scope="session")
def s3_server() -> ScratchServer:
    """An S3 server that takes any credentials."""
    from holdfast_s3.scratch_server import scratch_server

    with _needed():
        return scratch_server()
