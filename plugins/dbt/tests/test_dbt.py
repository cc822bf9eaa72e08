"""Assets made by a real dbt, in a DuckDB file."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pytest

from holdfast import (
    AssetSelection,
    EventType,
    Instance,
    StorageError,
    asset,
    build_input_context,
    materialize,
)
from holdfast.formats import Formats
from holdfast.project import Project
from holdfast.provisions import PluginContext
from holdfast_dbt.command import DbtError
from holdfast_dbt.keys import key_of
from holdfast_dbt.loading import load_dbt_assets
from holdfast_dbt.manifest import Node
from holdfast_dbt.tables import DbtTables
from holdfast_duckdb.io import duckdb_io_manager

# One worker runs these: parsing the project takes longer than all that is done with it.
pytestmark = pytest.mark.xdist_group("dbt")

PROJECT = Path(__file__).with_name("project")
DBT = Path(sys.executable).with_name("dbt")
SALES = "SELECT 'loaf' AS product, 3 AS pieces, TIMESTAMP '2024-05-01 08:00' AS sold_at"
GOOD = AssetSelection.all() - AssetSelection.groups("failing")


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with its manifest, and a database with what the till has written."""
    folder = tmp_path_factory.mktemp("parsed") / "bakery"
    shutil.copytree(PROJECT, folder)
    with duckdb.connect(folder / "bakery.duckdb") as database:
        database.execute("CREATE SCHEMA till")
        database.execute(f"CREATE TABLE till.sales AS {SALES}")
    parse(folder)
    return folder


@pytest.fixture
def project(parsed: Path, tmp_path: Path) -> Path:
    """A copy of the project."""
    return Path(shutil.copytree(parsed, tmp_path / "bakery"))


@pytest.fixture
def make(project: Path) -> Callable[..., Any]:
    """Makes assets of the project."""

    def make(selection: Any, *others: Any, **options: Any) -> Any:
        assets = load_dbt_assets(project_dir=project, **options)
        instance = Instance.ephemeral()
        return materialize([*assets, *others], selection=selection, instance=instance, raise_on_error=False)

    return make


def parse(folder: Path) -> None:
    environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    subprocess.run([DBT, "parse"], cwd=folder, env=environment, check=True, capture_output=True)


def made_by(result: Any) -> dict[str, Any]:
    """Return the metadata of what was recorded as made, by key."""
    return {
        str(event.asset_key): {label: value.value for label, value in event.data.metadata.items()}
        for event in result.all_events
        if event.type is EventType.ASSET_MATERIALIZATION
    }


def outcomes(result: Any) -> dict[str, bool]:
    """Return how each test of dbt's ended, by the first words of its name."""
    return {
        event.data.label.split(".")[2].partition("_product")[0]: event.data.success
        for event in result.all_events
        if event.type is EventType.STEP_EXPECTATION_RESULT
    }


def failure_of(result: Any) -> str:
    (event,) = (event for event in result.all_events if event.type is EventType.STEP_FAILURE)
    return str(event.data.error.message)


def tables_in(project: Path) -> set[str]:
    with duckdb.connect(project / "bakery.duckdb", read_only=True) as database:
        rows = database.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'"
        )
        return {name for (name,) in rows.fetchall()}


def test_a_project_is_made_by_one_use_of_dbt(make: Any, project: Path) -> None:
    """All that is selected is in the database and recorded; dbt's own files are as they were."""
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*") if path.suffix != ".duckdb"}
    result = make(GOOD)
    made = {"best_day", "cheapest", "menu_v1", "menu_v2", "price_history", "price_list", "prices", "revenue"}
    made.add("stg_sales")
    assert result.success, failure_of(result)
    assert set(made_by(result)) == tables_in(project) == made
    assert len(result.filter_events(lambda event: event.type is EventType.STEP_START)) == 1
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert outcomes(result) == {"not_null_revenue_cents": True, "relationships_stg_sales": True}
    prices = made_by(result)["prices"]
    assert (prices["relation"], prices["rows_affected"]) == ('"bakery"."main"."prices"', 3)
    assert prices["execution_seconds"] > 0


def test_a_selection_is_made_and_nothing_else(make: Any, project: Path) -> None:
    """Not what is in a folder of the same name, nor another version, nor tests of what is not selected."""
    result = make(AssetSelection.keys("prices", "price_list", "menu_v1"))
    assert result.success, failure_of(result)
    assert set(made_by(result)) == tables_in(project) == {"prices", "price_list", "menu_v1"}
    assert outcomes(result) == {}


def test_what_was_made_beside_a_failure_is_recorded(make: Any, project: Path) -> None:
    """The error names what failed and what was skipped for it; a reader waits for the whole step."""

    @asset(non_argument_deps={"price_list"})
    def poster() -> None:
        pass

    @asset
    def flour() -> None:
        pass

    result = make(
        AssetSelection.keys("prices", "price_list", "burnt", "ashes", "poster", "flour"), poster, flour
    )
    assert not result.success
    assert set(made_by(result)) == {"prices", "price_list", "flour"}
    assert tables_in(project) == {"prices", "price_list"}
    message = failure_of(result)
    assert message.startswith("dbt made 2 of 4, which are recorded.\n- model.bakery.burnt failed: ")
    assert "the oven is too hot" in message
    assert "- skipped for that: model.bakery.ashes" in message
    (skipped,) = (event.step_key for event in result.all_events if event.type is EventType.STEP_SKIPPED)
    assert skipped == "poster"


@pytest.fixture
def wrong_sales(project: Path) -> None:
    """A sale of what has no price, of which a test complains."""
    with duckdb.connect(project / "bakery.duckdb") as database:
        database.execute("INSERT INTO till.sales VALUES ('nail', 1, TIMESTAMP '2024-05-01 09:00')")


@pytest.mark.usefixtures("wrong_sales")
def test_a_failed_test_fails_the_step_and_not_the_table(make: Any, project: Path) -> None:
    """What was made before is recorded, and is in the database; what dbt skips for it is neither."""
    result = make(GOOD)
    assert not result.success
    assert set(made_by(result)) == tables_in(project)
    assert {"stg_sales", "price_list"} <= set(made_by(result))
    assert not {"revenue", "best_day"} & set(made_by(result))
    assert outcomes(result)["relationships_stg_sales"] is False
    assert "relationships_stg_sales" in failure_of(result)
    assert "skipped for that: model.bakery.revenue, model.bakery.best_day" in failure_of(result)


@pytest.mark.usefixtures("wrong_sales")
def test_without_tests_none_runs(make: Any) -> None:
    """The option says so."""
    result = make(GOOD, tests=False)
    assert result.success, failure_of(result)
    assert outcomes(result) == {}


SETTINGS = """
definitions = [
    { use = "dbt", project_dir = "bakery", io_manager_key = "warehouse" },
    { use = "module", name = "office_of_the_bakery" },
]
executor = { use = "multiprocess", max_workers = 2 }

[io_managers]
warehouse = { use = "duckdb", path = "bakery/bakery.duckdb" }
"""

OFFICE = """
import duckdb
import pyarrow
from holdfast import AssetIn, asset

@asset
def report(best_day: pyarrow.Table):
    return best_day.to_pylist()[0]["cents"]

@asset(ins={"sales": AssetIn(["till", "sales"])})
def pieces(sales: pyarrow.Table):
    return sum(sales["pieces"].to_pylist())

@asset(non_argument_deps={"best_day"})
def rows():
    with duckdb.connect("bakery/bakery.duckdb", read_only=True) as database:
        return database.execute("SELECT count(*) FROM best_day").fetchall()[0][0]
"""


@pytest.mark.usefixtures("project")
def test_python_reads_what_dbt_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By argument, through an IO manager that finds the table; in worker processes, with settings alone."""
    (tmp_path / "holdfast.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "office_of_the_bakery.py").write_text(OFFICE, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    loaded = Project.load(tmp_path)
    result = loaded.materialize("prices or stg_sales or revenue or best_day or report or rows or pieces")
    assert result.success
    assert loaded.repository.load_asset_value("report", instance=loaded.instance) == 3 * 420
    assert loaded.repository.load_asset_value("pieces", instance=loaded.instance) == 3
    assert loaded.repository.load_asset_value("rows", instance=loaded.instance) == 1


def test_a_table_that_nothing_finds_is_an_error() -> None:
    """It says how one is found."""
    with pytest.raises(StorageError, match=r"'revenue' is a table that dbt made.*io_manager_key"):
        DbtTables().load_input(build_input_context(asset_key="revenue"))


def test_a_model_that_changed_after_parsing_is_told(make: Any, project: Path, caplog: Any) -> None:
    """What is recorded of it is the code that ran, and a warning says what to do."""
    model = project / "models/marts/price_list.sql"
    first = made_by(make(AssetSelection.keys("prices", "price_list")))
    assert "dbt parse" not in caplog.text
    model.write_text("select product from {{ ref('prices') }}", "utf-8")
    second = made_by(make("price_list"))
    assert first["price_list"]["code_version"] != second["price_list"]["code_version"]
    assert "model.bakery.price_list (models/marts/price_list.sql) has changed since" in caplog.text


def test_a_model_that_is_gone_is_an_error(make: Any, project: Path) -> None:
    """It says that the manifest is old; the rest is made."""
    (project / "models/marts/best_day.sql").unlink()
    result = make(AssetSelection.keys("prices", "best_day"))
    assert set(made_by(result)) == {"prices"}
    assert "not in the project as it is now: dbt's model.bakery.best_day" in failure_of(result)
    assert "Run 'dbt parse'" in failure_of(result)


def test_a_project_that_dbt_refuses_is_an_error(make: Any, project: Path) -> None:
    """With the last lines that it printed."""
    (project / "dbt_project.yml").write_text("name: [", "utf-8")
    result = make("prices")
    assert made_by(result) == {}
    assert "made nothing" in failure_of(result)
    assert "did not find expected node content" in failure_of(result)


def test_a_program_that_is_not_there_is_an_error(make: Any) -> None:
    """It says how to get it."""
    message = failure_of(make("prices", executable="no-such-dbt"))
    assert message.startswith("There is no program 'no-such-dbt'. Install dbt")


STUB = """#!{python}
import os, pathlib, sys, time
pathlib.Path("said.txt").write_text(repr([sys.argv[1:], os.environ.get("DBT_SEND_ANONYMOUS_USAGE_STATS")]))
pathlib.Path("pid.txt").write_text(str(os.getpid()))
print("started", flush=True)
time.sleep({seconds})
"""


@pytest.fixture
def stub(project: Path) -> Callable[[float], str]:
    """Makes a program that tells how it was called, and takes its time."""

    def stub(seconds: float) -> str:
        program = project / "stub"
        program.write_text(STUB.format(python=sys.executable, seconds=seconds), "utf-8")
        program.chmod(0o755)
        return str(program)

    return stub


def test_options_are_handed_on(make: Any, stub: Any, project: Path) -> None:
    """One argument each, without a shell; usage is not reported to dbt's makers."""
    make("prices", executable=stub(0), target="shop", profiles_dir=project, tests=False)
    arguments, usage = eval((project / "said.txt").read_text("utf-8"))
    assert usage == "false"
    assert arguments[0] == "build"
    assert arguments[arguments.index("--target") + 1] == "shop"
    assert arguments[arguments.index("--profiles-dir") + 1] == str(project)
    assert arguments[arguments.index("--select") + 1 :] == ["fqn:bakery.prices,file:prices.csv"]


def test_an_interrupted_run_ends_dbt(make: Any, stub: Any, project: Path, caplog: Any) -> None:
    """It does not go on alone."""

    class Interrupt(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage() == "started":
                raise KeyboardInterrupt

    caplog.set_level("INFO", "holdfast")
    logger = logging.getLogger("holdfast")
    handler = Interrupt()
    logger.addHandler(handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            make("prices", executable=stub(60))
    finally:
        logger.removeHandler(handler)
    with pytest.raises(ProcessLookupError):
        os.kill(int((project / "pid.txt").read_text()), 0)


def test_keys_of_relations_lead_to_tables(tmp_path: Path) -> None:
    """The IO managers of tables look where dbt put them."""
    file = tmp_path / "lake.duckdb"
    with duckdb.connect(file) as database:
        database.execute("CREATE SCHEMA marts; CREATE VIEW marts.facts AS SELECT 1 AS n")
        database.execute("CREATE TABLE main.plain AS SELECT 2 AS n")
    reader = duckdb_io_manager(PluginContext(tmp_path, tmp_path, Formats()), path=file)
    for schema, name, value in (("marts", "facts", 1), ("main", "plain", 2)):
        node = Node({"resource_type": "model", "schema": schema, "alias": name, "name": "other"})
        context = build_input_context(asset_key=key_of(node, "relation"), python_type=pyarrow.Table)
        assert DbtTables(reader).load_input(context).to_pylist() == [{"n": value}]


def test_an_error_of_dbt_is_a_storage_error() -> None:
    """So retries apply, as with any store that may come back."""
    assert issubclass(DbtError, StorageError)
