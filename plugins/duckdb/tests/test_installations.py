"""Each library of tables works without the others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PRELUDE = """
import importlib.machinery, pathlib, sys

class Installed(importlib.machinery.PathFinder):  # what is blocked is as if it were not installed
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {blocked!r} else super().find_spec(name, path, target)

sys.meta_path = [Installed if f is importlib.machinery.PathFinder else f for f in sys.meta_path]

from holdfast.built_contexts import build_input_context, build_output_context
from holdfast.errors import StorageError
from holdfast.formats import Formats
from holdfast.provisions import PluginContext
from holdfast_duckdb.io import duckdb_io_manager

manager = duckdb_io_manager(PluginContext(pathlib.Path({folder!r}), pathlib.Path({folder!r}), Formats()))

def put(table):
    manager.handle_output(build_output_context(asset_key="a"), table)

def get():
    return manager.load_input(build_input_context(asset_key="a"))
"""


def run(folder: Path, code: str, *blocked: str) -> str:
    """Run code in a new interpreter where some libraries cannot be imported, and return what it prints."""
    command = [sys.executable, "-c", PRELUDE.format(blocked=blocked, folder=str(folder)) + code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize(
    ("make", "blocked"),
    [
        ("import polars\nput(polars.DataFrame({'n': [1]}))", ["pandas"]),
        ("import pandas\nput(pandas.DataFrame({'n': [1]}))", ["polars"]),
        ("import pyarrow\nput(pyarrow.table({'n': [1]}))", ["pandas", "polars"]),
    ],
)
def test_a_library_needs_no_other(tmp_path: Path, make: str, blocked: list[str]) -> None:
    """Its tables are stored and loaded where the others are not installed."""
    assert run(tmp_path, f"{make}\nprint(get().shape)", *blocked) == "(1, 1)"


def test_table_of_a_library_that_is_not_installed_says_so(tmp_path: Path) -> None:
    """A reader that declares no type is not given another one in silence."""
    run(tmp_path, "import polars\nput(polars.DataFrame({'n': [1]}))")
    code = "try: get()\nexcept StorageError as error: print(error)"
    assert "A polars.DataFrame needs polars, and polars is not installed" in run(tmp_path, code, "polars")


def test_table_of_another_program_is_what_is_installed(tmp_path: Path) -> None:
    """The first of polars, pandas and pyarrow."""
    file = str(tmp_path / "assets.duckdb")
    made = f"import duckdb\nduckdb.connect({file!r}).execute('CREATE TABLE a (n INT)')"
    run(tmp_path, made)
    code = "print(type(get()).__module__.partition('.')[0])"
    libraries = ("polars", "pandas", "pyarrow")
    assert tuple(run(tmp_path, code, *libraries[:missing]) for missing in range(3)) == libraries
