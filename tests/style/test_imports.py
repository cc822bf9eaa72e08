"""Importing is cheap: what is heavy is imported when it is used, never before."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import pytest

SCRIPT = """
import sys
before = set(sys.modules)
exec(sys.argv[1])
import json
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""

HEAVY = {
    "asyncio", "boto3", "dask", "distributed", "duckdb", "email", "fsspec", "hypothesis",
    "importlib_metadata", "matplotlib", "multiprocessing", "networkx", "numpy", "obstore", "pandas",
    "pluggy", "polars", "psycopg", "pyarrow", "pytest", "rich", "shtab", "socket", "sqlalchemy",
    "sqlite3", "subprocess", "voluptuous",
}  # fmt: skip
if sys.version_info < (3, 11):
    HEAVY.remove("subprocess")  # attrs needs platform, which imports it there

# What the package of each plugin, which holds its hooks, may import of these when the plugin is discovered.
HOOKS_NEED = {"pluggy"}

IMPORT = (ast.Import, ast.ImportFrom)


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that a statement loads in a new interpreter."""
    command = [sys.executable, "-c", SCRIPT, statement]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_importing_holdfast_loads_nothing_but_the_standard_library():
    """`import holdfast` loads no other distribution, and nothing heavy of the standard library."""
    loaded = loaded_by("import holdfast")
    assert loaded <= {"holdfast", *sys.stdlib_module_names}
    assert loaded & HEAVY == set()


def test_what_nearly_every_program_imports_is_light():
    """Defining assets, a job and a repository needs no graph, plugin, database or event loop yet."""
    names = "asset, define_asset_job, materialize, repository, AssetSelection"
    assert loaded_by(f"from holdfast import {names}") & HEAVY == set()


def test_only_config_that_is_checked_needs_the_validation_library():
    """Neither schemas nor runs without config load it."""
    define = "from holdfast import *; made = asset(config_schema={'n': int}, name='made')(lambda context: 1)"
    assert "voluptuous" not in loaded_by(f"{define}; materialize_to_memory([asset(name='a')(lambda: 1)])")
    config = {"ops": {"made": {"config": {"n": 1}}}}
    assert "voluptuous" in loaded_by(f"{define}; materialize_to_memory([made], {config})")


def test_every_plugin_is_discovered_without_its_work(plugins):
    """The package of a plugin holds its hooks and imports nothing that does the work."""
    assert {name: loaded_by(f"import {name}") & HEAVY - HOOKS_NEED for name in plugins} == {
        name: set() for name in plugins
    }


def test_the_builtin_plugin_is_discovered_without_its_work():
    """The kernel's own plugin is as light to discover as any other."""
    assert loaded_by("import holdfast.builtins.hooks") & HEAVY - HOOKS_NEED == set()


def test_a_report_of_conformance_needs_no_test_framework():
    """The suites run, and their reports are made, without pytest."""
    loaded = loaded_by(
        "from holdfast.conformance import check_io_manager; check_io_manager('memory', ['IO-01'])"
    )
    assert "pytest" not in loaded
    assert "hypothesis" in loaded


@pytest.mark.parametrize("module", ["networkx", "sqlite3"])
def test_a_heavy_module_would_be_seen(module):
    """The probe of these tests sees what a statement loads."""
    assert module in loaded_by(f"import {module}")


def test_a_function_that_imports_says_why(modules):
    """Imports are at the top of a module, unless a comment in the function says what they defer."""
    unexplained = []
    for module in modules:
        lines = module.path.read_text("utf-8").splitlines()
        for function in ast.walk(module.tree):
            if isinstance(function, ast.FunctionDef):
                deferred = [node.lineno for node in ast.walk(function) if isinstance(node, IMPORT)]
                if deferred and "#" not in "".join(lines[function.lineno : max(deferred)]):
                    unexplained.append(f"{module.label}: {function.name}")
    assert not unexplained, "\n".join(unexplained)
