"""The linter, the formatter and the type checker have nothing to say."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest


def complaints(root: Path, tool: str, *arguments: str) -> str:
    """Return what a tool complains about in the repository; skip where it is not installed."""
    if importlib.util.find_spec(tool) is None:
        pytest.skip(f"{tool} is not installed")
    command = [sys.executable, "-m", tool, *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def test_ruff_finds_nothing(root):
    """No rule of the linter is broken."""
    assert complaints(root, "ruff", "check", "--quiet", ".") == ""


def test_the_code_is_formatted(root):
    """The formatter would change nothing."""
    assert complaints(root, "ruff", "format", "--check", "--quiet", ".") == ""


def test_the_types_check(root):
    """Every distribution passes the type checker in strict mode."""
    sources = [
        str(path.relative_to(root)) for path in (root / "kernel/src", *sorted(root.glob("plugins/*/src")))
    ]
    assert complaints(root, "mypy", "--strict", *sources) == ""
