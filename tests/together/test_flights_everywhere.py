"""The flights example runs unchanged on every store with every executor of its README, and finds the same."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from holdfast import Project
from holdfast_s3.scratch_server import KEYS

if TYPE_CHECKING:
    from holdfast_s3.scratch_server import ScratchServer

pytestmark = pytest.mark.xdist_group("flights everywhere")

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "flights"
COMMAND = Path(sys.executable).with_name("holdfast")
BLOCKS = re.findall(
    r"^```toml\n(.*?)^```$", (EXAMPLE / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)
FILES = '[tool.holdfast.io_managers]\nio_manager = { use = "filesystem", base = "data" }\n'
FILES += 'models = { use = "filesystem", base = "data" }\n'


def used(block: str) -> str:
    """Return what a block of settings uses, or what it names alone."""
    found = re.search(r'use = "(\w+)"|executor = "(\w+)"', block)
    assert found is not None
    return found[1] or found[2]


STORES = {"filesystem": FILES} | {used(block): block for block in BLOCKS if "io_managers" in block}
EXECUTORS = {used(block): block for block in BLOCKS if "io_managers" not in block}

Values = Mapping[str, Any]


def test_the_page_has_every_store_and_executor() -> None:
    assert set(STORES) == {"filesystem", "s3", "duckdb", "sql"}
    assert set(EXECUTORS) == {"in_process", "multiprocess", "dask"}


def made(directory: Path, store: str, executor: str) -> Values:
    """Make the example with these settings, in a copy of its directory, and return every value."""
    shutil.copytree(EXAMPLE, directory, ignore=shutil.ignore_patterns("data", ".holdfast", "__pycache__"))
    settings = EXECUTORS[executor] + 'repository = "flights.repository"\n' + STORES[store]
    (directory / "pyproject.toml").write_text(settings, "utf-8")
    done = subprocess.run(
        [COMMAND, "-C", directory, "materialize"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    project = Project.load(directory)
    assert project.instance.settings.executor is not None
    assert project.instance.settings.executor.use == executor
    keys = [node.key for node in project.repository.graph.nodes if not node.is_source]
    with project.repository.get_asset_value_loader(project.instance) as loader:
        return {str(key): loader.load_asset_value(key) for key in keys}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Values:
    """What local files and one process give."""
    return made(tmp_path_factory.mktemp("flights") / "flights", "filesystem", "in_process")


@pytest.fixture
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes a store ready, and says in the environment where it is."""

    def ready(store: str) -> None:
        if store == "s3":
            server: ScratchServer = request.getfixturevalue("s3_server")
            client = server.client()
            client.create_bucket(Bucket="flights")
            for left in client.list_objects_v2(Bucket="flights").get("Contents", []):
                client.delete_object(Bucket="flights", Key=left["Key"])
            for variable, value in {**KEYS, "AWS_ENDPOINT_URL": server.url}.items():
                monkeypatch.setenv(variable, value)
        elif store == "sql":
            monkeypatch.setenv("FLIGHTS_DATABASE", request.getfixturevalue("database"))

    return ready


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("store", STORES)
def test_the_results_are_the_same(
    expected: Values, place: Callable[[str], None], tmp_path: Path, store: str, executor: str
) -> None:
    place(store)
    values = made(tmp_path / "flights", store, executor)
    assert values.keys() == expected.keys()
    for key, value in values.items():
        if isinstance(value, pl.DataFrame):
            assert value.equals(expected[key]), key
            assert value.schema == expected[key].schema
        else:
            assert repr(value) == repr(expected[key]), key
