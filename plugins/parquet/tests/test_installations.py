"""Each library works without the others, and none is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PRELUDE = """
import importlib.machinery, io, sys

class Installed(importlib.machinery.PathFinder):  # what is blocked is as if it were not installed
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {blocked!r} else super().find_spec(name, path, target)

sys.meta_path = [Installed if f is importlib.machinery.PathFinder else f for f in sys.meta_path]

from holdfast.interfaces import LoadRequest
from holdfast_parquet.format import ParquetFormat

def loaded():
    return [name for name in ("pandas", "polars", "pyarrow") if sys.modules.get(name)]

def round_trip(table):
    file = io.BytesIO()
    ParquetFormat().dump(table, file)
    return ParquetFormat().load(file, LoadRequest())
"""


def run(code: str, *blocked: str) -> str:
    """Run code in a new interpreter where some libraries cannot be imported, and return what it prints."""
    command = [sys.executable, "-c", PRELUDE.format(blocked=blocked) + code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_nothing_is_imported_before_a_table_comes() -> None:
    """The hook and the format import no library of tables."""
    assert run("import holdfast_parquet; ParquetFormat(); print(loaded())") == "[]"


def test_polars_needs_nothing_else() -> None:
    """Without pandas and pyarrow, polars tables are stored and loaded, and only polars is imported."""
    code = "import polars; print(round_trip(polars.DataFrame({'a': [1]})).rows(), loaded())"
    assert run(code, "pandas", "pyarrow") == "[(1,)] ['polars']"


@pytest.mark.parametrize("imported", [["polars"], ["pandas", "pyarrow"]])
def test_other_libraries_are_left_alone(imported: list[str]) -> None:
    """Storing and loading a table imports nothing else although it is installed."""
    table = f"{imported[0]}.DataFrame({{'a': [1]}})"
    code = f"import {imported[0]}; print(round_trip({table}).shape, loaded())"
    assert run(code) == f"(1, 1) {imported}"


def test_pyarrow_needs_nothing_else() -> None:
    """Without pandas and polars, pyarrow tables are stored and loaded."""
    code = "import pyarrow; print(round_trip(pyarrow.table({'a': [1]})).to_pylist(), loaded())"
    assert run(code, "pandas", "polars") == "[{'a': 1}] ['pyarrow']"


def test_pandas_needs_only_pyarrow() -> None:
    """Without polars, pandas tables are stored and loaded."""
    code = "import pandas; print(round_trip(pandas.DataFrame({'a': [1]})).to_dict(), loaded())"
    assert run(code, "polars") == "{'a': {0: 1}} ['pandas', 'pyarrow']"


FAILING = """
from holdfast.errors import StorageError
try:
    {action}
except StorageError as error:
    print(error)
"""


def test_pandas_without_pyarrow_says_what_to_install() -> None:
    """The error names what is missing and the command."""
    action = "round_trip(pandas.DataFrame({'a': [1]}))"
    message = run("import pandas" + FAILING.format(action=action), "pyarrow")
    assert "pyarrow is not installed" in message
    assert 'pip install "holdfast-parquet[pandas]"' in message


@pytest.mark.parametrize("missing", [["pandas", "polars", "pyarrow"], ["polars", "pyarrow"]])
def test_no_library_says_what_to_install(missing: list[str]) -> None:
    """Loading where no library is installed, or pandas alone, names the choices."""
    message = run(FAILING.format(action="ParquetFormat().load(io.BytesIO(), LoadRequest())"), *missing)
    assert "polars, pyarrow, or pandas with pyarrow, and none of these is installed" in message
    assert 'pip install "holdfast-parquet[polars]"' in message


@pytest.mark.parametrize("library", ["polars", "pandas"])
def test_table_of_a_library_that_is_not_installed_says_so(library: str, tmp_path: Path) -> None:
    """A reader that declares no type is not given another one in silence."""
    file = f"{str(tmp_path / 'table.parquet')!r}"
    dump = f"ParquetFormat().dump({library}.DataFrame({{'a': [1]}}), file)"
    run(f"import {library}\nwith open({file}, 'wb') as file: {dump}")
    message = run(FAILING.format(action=f"ParquetFormat().load(open({file}, 'rb'), LoadRequest())"), library)
    assert f"{library} is not installed" in message
    assert f"A {library}.DataFrame in Parquet" in message
