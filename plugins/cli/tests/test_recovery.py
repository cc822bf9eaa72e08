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
    entry_point: str = "[holdfast.v1]\nbad = holdfast_bad\n"


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


@pytest.fixture
def install_bad(tmp_path: Path):
    """Installs the plugin ``bad``; returns the environment in which it is there."""

    def install(module: str | None, entry_point: str = Broken("").entry_point) -> dict[str, str]:
        site = tmp_path / "site"
        metadata = site / "holdfast_bad-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: holdfast-bad\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(entry_point)
        if module is not None:
            marker = f"open({str(tmp_path / 'imported')!r}, 'w').close()\n"
            text = module if "\0" in module or module == "def\n" else marker + module
            (site / "holdfast_bad.py").write_text(text)
        return {"PYTHONPATH": str(site)}

    return install


@pytest.fixture
def flows(project):
    """A repository with one asset."""
    module = "from holdfast import asset, repository\n@asset\ndef orders(): return 1\n"
    return project(f"{module}@repository\ndef flows(): return [orders]\n")


@pytest.mark.parametrize("sort", ISOLATED)
def test_a_broken_plugin_is_listed_with_its_reason(flows, install_bad, sort):
    """And others are as they were."""
    broken = ISOLATED[sort]
    listed = flows("plugins", "list", "--json", **install_bad(broken.module, broken.entry_point))
    assert listed.returncode == 0, listed.stderr
    states = {state["name"]: state for state in json.loads(listed.stdout)}
    assert states["bad"]["status"] == broken.status
    assert broken.reason in states["bad"]["reason"]
    assert states["sqlite"]["status"] == "active"


@pytest.mark.parametrize("sort", ISOLATED)
def test_the_doctor_says_what_is_wrong(flows, install_bad, sort):
    broken = ISOLATED[sort]
    told = flows("plugins", "doctor", **install_bad(broken.module, broken.entry_point))
    assert told.returncode == 1
    assert "holdfast-bad" in told.stdout
    assert told.stdout.endswith("1 problem found.\n")


@pytest.mark.parametrize("sort", ISOLATED)
def test_a_run_that_needs_nothing_of_a_broken_plugin_goes_on(flows, install_bad, sort):
    broken = ISOLATED[sort]
    environment = install_bad(broken.module, broken.entry_point)
    done = flows("materialize", **environment, HOLDFAST_EXECUTOR="in_process")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("switch", ["--no-plugins=bad", "--no-plugins"])
@pytest.mark.parametrize("sort", UNSTOPPABLE)
def test_what_nothing_stops_is_switched_off_on_the_command_line(flows, install_bad, tmp_path, sort, switch):
    environment = install_bad(UNSTOPPABLE[sort])
    listed = flows(switch, "plugins", "list", "--json", **environment)
    assert listed.returncode == 0, listed.stderr
    state = next(state for state in json.loads(listed.stdout) if state["name"] == "bad")
    assert (state["status"], state["decided_by"]) == ("inactive", "--no-plugins")
    assert not (tmp_path / "imported").exists()


@pytest.mark.parametrize("names", ["bad", "1"])
@pytest.mark.parametrize("sort", UNSTOPPABLE)
def test_what_nothing_stops_is_switched_off_by_the_environment(flows, install_bad, tmp_path, sort, names):
    environment = install_bad(UNSTOPPABLE[sort])
    done = flows("assets", "list", **environment, HOLDFAST_NO_PLUGINS=names)
    assert done.returncode == 0, done.stderr
    assert "orders" in done.stdout
    assert not (tmp_path / "imported").exists()


@pytest.mark.parametrize("sort", UNSTOPPABLE)
def test_what_nothing_stops_is_switched_off_in_the_settings(project, install_bad, tmp_path, sort):
    module = "from holdfast import asset, repository\n@asset\ndef orders(): return 1\n"
    module += "@repository\ndef flows(): return [orders]\n"
    off = '[tool.holdfast]\nrepository = "flows"\n[tool.holdfast.plugins]\ncli = true\nbad = false\n'
    done = project(module, off)("assets", "list", **install_bad(UNSTOPPABLE[sort]))
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "imported").exists()
