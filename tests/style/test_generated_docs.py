"""The reference pages that follow from the code are up to date, and complete."""

from __future__ import annotations

import inspect
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast import hookspecs

HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("holdfast_"))


def generate(docs: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, docs / "generate.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def docs(root: Path, tmp_path: Path) -> Path:
    """A directory with the scripts alone."""
    for script in (root / "docs").glob("*.py"):
        shutil.copy(script, tmp_path)
    return tmp_path


def test_the_pages_are_up_to_date(root):
    """Running the script would change nothing."""
    done = generate(root / "docs", "--check")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_a_page_that_is_out_of_date_is_noticed(docs):
    """A page that is missing or was edited by hand is named, and the script writes it anew."""
    assert generate(docs, "--check").returncode == 1
    assert generate(docs).returncode == 0
    assert generate(docs, "--check").returncode == 0
    page = docs / "reference" / "hooks.md"
    page.write_text(page.read_text("utf-8") + "More.\n", "utf-8")
    done = generate(docs, "--check")
    assert done.returncode == 1
    assert "hooks.md is out of date: run python docs/generate.py" in done.stdout


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_on_its_page_with_its_arguments(root, hook):
    """The page of hooks has each hook with the names of its arguments."""
    page = (root / "docs" / "reference" / "hooks.md").read_text("utf-8")
    _, found, section = page.partition(f"## `{hook}`\n")
    signature = section.partition("```text\n")[2].partition("\n```")[0]
    assert found
    assert signature.startswith(f"{hook}(")
    assert [
        name for name in inspect.signature(getattr(hookspecs, hook)).parameters if name not in signature
    ] == []
