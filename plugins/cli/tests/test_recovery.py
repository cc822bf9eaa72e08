"""The commands that people need when a plugin is broken, with a broken plugin of every sort."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest

HOOK = "from holdfast.hookspecs import hookimpl\nfrom holdfast.provisions import IOManagerPlugin\n"
RECORD = 'IOManagerPlugin(name="bad", factory="holdfast_bad:make", summary="")'


@attrs.frozen
class Broken:
    """A plugin named ``bad``: its module, and what becomes of it."""

    module: str | None
    status: str = "broken"
    reason: str = ""
    entry_point: str | None = None


ISOLATED = {
    "raises": Broken("1 / 0\n", reason="ZeroDivisionError"),
    "raises what is no exception": Broken("raise GeneratorExit\n", reason="GeneratorExit"),
    "exits": Broken("raise SystemExit(3)\n", reason="SystemExit"),
    "is no Python": Broken("def\n", reason="SyntaxError"),
    "is no text": Broken("\0", reason="null bytes"),
    "recurses": Broken("def f(): f()\nf()\n", reason="RecursionError"),
    "fails an assertion of its own": Broken(
        "assert not __debug__, 'never'\n", reason="AssertionError: never"
    ),
    "imports what is not installed": Broken("import nowhere_at_all\n", "missing-dependency", "pip install"),
    "imports what is gone": Broken("from holdfast import was_renamed\n", reason="was_renamed"),
    "is not there": Broken(None, "broken", "holdfast_bad"),
    "has no hooks": Broken("x = 1\n", reason="hook"),
    "misspells a hook": Broken(
        HOOK + "@hookimpl\ndef holdfast_io_manager(): yield\n", reason="holdfast_io_managers"
    ),
    "takes what no hook gives": Broken(
        HOOK + "@hookimpl\ndef holdfast_event(evnt): ...\n", reason="Argument(s) {'evnt'}"
    ),
    "raises in a hook": Broken(
        HOOK + "@hookimpl\ndef holdfast_io_managers():\n    raise OSError('no disk')\n    yield\n",
        reason="OSError: no disk",
    ),
    "exits in a hook": Broken(
        HOOK + "@hookimpl\ndef holdfast_io_managers():\n    raise SystemExit\n    yield\n",
        reason="SystemExit",
    ),
    "yields no record": Broken(
        HOOK + "@hookimpl\ndef holdfast_io_managers(): yield 'bad'\n", reason="IOManagerPlugin"
    ),
    "yields a record twice": Broken(
        HOOK + f"@hookimpl\ndef holdfast_io_managers():\n    yield {RECORD}\n    yield {RECORD}\n",
        reason="twice",
    ),
    "wants to be first": Broken(
        HOOK + f"@hookimpl(tryfirst=True)\ndef holdfast_io_managers(): yield {RECORD}\n", reason="tryfirst"
    ),
    "takes a name of the kernel's": Broken(
        HOOK + f"@hookimpl\ndef holdfast_io_managers(): yield {RECORD.replace('bad', 'memory', 1)}\n",
        reason="memory",
    ),
    "is of another contract": Broken(
        "1 / 0\n", "incompatible", "holdfast.v9", "[holdfast.v9]\nbad = holdfast_bad\n"
    ),
    "names no module": Broken("", "broken", "module", "[holdfast.v1]\nbad = holdfast_bad:attribute\n"),
    "prints": Broken("print('hello')\nimport nowhere_at_all\n", "missing-dependency", "nowhere_at_all"),
}
"""What the kernel keeps apart from the rest: every command works."""

UNSTOPPABLE = {
    "ends the process": "import os\nos._exit(77)\n",
    "never ends": "import time\nwhile True: time.sleep(1)\n",
    "never stops yielding": HOOK
    + f"@hookimpl\ndef holdfast_io_managers():\n    while True: yield {RECORD}\n",
}
"""What nothing in the same process is safe from: it is switched off before it is imported."""


ORDERS = """
from holdfast import asset, repository

@asset
def orders():
    return 1

@repository
def flows():
    return [orders]
"""


@pytest.fixture
def flows(project):
    """A repository with one asset."""
    return project(ORDERS)


@pytest.fixture
def imported(tmp_path: Path) -> Path:
    """The file that the import of an unstoppable plugin makes."""
    return tmp_path / "imported"


@pytest.fixture
def unstoppable(install, imported: Path):
    """Installs a plugin that nothing stops once it is imported."""
    return lambda sort: install("bad", f"open({str(imported)!r}, 'w').close()\n{UNSTOPPABLE[sort]}")


@pytest.mark.parametrize("sort", ISOLATED)
def test_a_broken_plugin_is_listed_with_its_reason(flows, install, sort):
    """And others are as they were."""
    broken = ISOLATED[sort]
    listed = flows("plugins", "list", "--json", **install("bad", broken.module, broken.entry_point))
    assert listed.returncode == 0, listed.stderr
    states = {state["name"]: state for state in json.loads(listed.stdout)}
    assert states["bad"]["status"] == broken.status
    assert broken.reason in states["bad"]["reason"]
    assert states["sqlite"]["status"] == "active"


@pytest.mark.parametrize("sort", ISOLATED)
def test_the_doctor_says_what_is_wrong(flows, install, sort):
    broken = ISOLATED[sort]
    told = flows("plugins", "doctor", **install("bad", broken.module, broken.entry_point))
    assert told.returncode == 1
    assert "holdfast-bad" in told.stdout
    assert told.stdout.endswith("1 problem found.\n")


@pytest.mark.parametrize("sort", ISOLATED)
def test_a_run_that_needs_nothing_of_a_broken_plugin_goes_on(flows, install, sort):
    broken = ISOLATED[sort]
    environment = install("bad", broken.module, broken.entry_point)
    done = flows("materialize", **environment, HOLDFAST_EXECUTOR="in_process")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("switch", ["--no-plugins=bad", "--no-plugins"])
@pytest.mark.parametrize("sort", UNSTOPPABLE)
def test_what_nothing_stops_is_switched_off_on_the_command_line(flows, unstoppable, imported, sort, switch):
    environment = unstoppable(sort)
    listed = flows(switch, "plugins", "list", "--json", **environment)
    assert listed.returncode == 0, listed.stderr
    state = next(state for state in json.loads(listed.stdout) if state["name"] == "bad")
    assert (state["status"], state["decided_by"]) == ("inactive", "--no-plugins")
    assert not imported.exists()


@pytest.mark.parametrize("names", ["bad", "1"])
@pytest.mark.parametrize("sort", UNSTOPPABLE)
def test_what_nothing_stops_is_switched_off_by_the_environment(flows, unstoppable, imported, sort, names):
    environment = unstoppable(sort)
    done = flows("assets", "list", **environment, HOLDFAST_NO_PLUGINS=names)
    assert done.returncode == 0, done.stderr
    assert "orders" in done.stdout
    assert not imported.exists()


@pytest.mark.parametrize("sort", UNSTOPPABLE)
def test_what_nothing_stops_is_switched_off_in_the_settings(project, unstoppable, imported, sort):
    off = '[tool.holdfast]\nrepository = "flows"\n[tool.holdfast.plugins]\ncli = true\nbad = false\n'
    done = project(ORDERS, off)("assets", "list", **unstoppable(sort))
    assert done.returncode == 0, done.stderr
    assert not imported.exists()
