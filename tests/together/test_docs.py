"""The examples of the documentation run; what they print and which files they need is on their page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page
    for page in (
        *ROOT.glob("*.md"),
        *ROOT.glob("kernel/*.md"),
        *ROOT.glob("plugins/*/*.md"),
        *ROOT.glob("docs/**/*.md"),
    )
    if "data" not in page.parts  # values that the examples stored
)


def run(page: Path, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run the examples of a page in a directory, in a process of their own."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
    path = os.pathsep.join([str(Path(sys.executable).parent), settings.get("PATH", "")])
    return subprocess.run(
        [sys.executable, Path(__file__).with_name("run_page.py"), page],
        cwd=directory,
        # Bytecode is told from newer sources by seconds, and a page changes its files faster than that.
        env={**settings, "PATH": path, "COLUMNS": "100", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def run_text(text: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    page = tmp_path / "page.md"
    page.write_text(text)
    return run(page, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_of_a_page_run(page, tmp_path):
    """Every example does what its page says."""
    done = run(page, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_links_of_a_page_lead_somewhere(page):
    """Every link to a file of the repository names one that is there."""
    prose = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", prose) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


# -- the runner --------------------------------------------------------------------------------------


def test_blocks_share_a_namespace(tmp_path):
    """A block may use what an earlier one defined."""
    assert run_text("```python\na = 1\n```\n\n```python\nassert a == 1\n```\n", tmp_path).returncode == 0


def test_an_exception_shows_the_line_of_the_page(tmp_path):
    """The traceback names the page and shows the line as it stands there."""
    done = run_text("Text.\n\n```python\n\nraise ValueError('no')\n```\n", tmp_path)
    assert done.returncode == 1
    assert "page.md\", line 5, in <module>\n    raise ValueError('no')" in done.stderr


@pytest.mark.parametrize(("printed", "code"), [("1 2 3", 0), ("1 ... 3", 0), ("1 2", 1)])
def test_the_text_after_a_block_is_what_it_prints(printed, code, tmp_path):
    """Three dots stand for anything."""
    page = f"```python\nprint(1, 2, 3)\n```\n\n```text\n{printed}\n```\n"
    assert run_text(page, tmp_path).returncode == code


@pytest.mark.parametrize(("command", "code"), [("echo so", 0), ("echo other", 1)])
def test_commands_print_what_the_page_says(command, code, tmp_path):
    """What follows a command is what it prints."""
    assert run_text(f"```console\n$ {command}\nso\n```\n", tmp_path).returncode == code


def test_a_command_without_output_must_succeed(tmp_path):
    """A command that fails is noticed even where the page does not show what it prints."""
    done = run_text("```console\n$ exit 3\n```\n", tmp_path)
    assert done.returncode == 1
    assert "exit code 3" in done.stderr


def test_a_named_block_is_a_file(tmp_path):
    """A block after a file name is written and not run, and can be imported."""
    page = "`pack/thing.py`\n\n```python\nvalue = 7\n```\n\n```python\nfrom pack.thing import value\n```\n"
    assert run_text(page, tmp_path).returncode == 0


def test_a_file_that_changes_is_imported_anew(tmp_path):
    """A page may show a module, use it, and then show how it grows."""
    files = (f"`thing.py`\n\n```python\nvalue = {number}\n```\n" for number in (1, 2))
    uses = (f"```python\nimport thing\nassert thing.value == {number}\n```\n" for number in (1, 2))
    page = "\n".join(part for pair in zip(files, uses, strict=True) for part in pair)
    assert run_text(page, tmp_path).returncode == 0


def test_python_that_is_not_run_must_compile(tmp_path):
    """A block that is marked is read all the same."""
    done = run_text("<!-- needs a database -->\n```python no-run\nnot ( python\n```\n", tmp_path)
    assert "SyntaxError" in done.stderr


def test_a_block_that_is_not_run_needs_a_reason(tmp_path):
    """The reason is an HTML comment before it."""
    done = run_text("```python no-run\nserve()\n```\n", tmp_path)
    assert "says why it is not run" in done.stderr


def test_a_block_must_be_closed(tmp_path):
    """A fence without its end would hide every block after it."""
    assert "not closed" in run_text("```python\na = 1\n", tmp_path).stderr
