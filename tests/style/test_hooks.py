"""Every hook is documented, typed and tested."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from holdfast import hookspecs

HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("holdfast_"))


@pytest.fixture(scope="module")
def tested_names(root: Path) -> set[str]:
    """Every identifier in every test file but this one."""
    trees = [root / "tests", *root.glob("plugins/*/tests")]
    texts = [
        path.read_text("utf-8") for tree in trees for path in tree.rglob("*.py") if path != Path(__file__)
    ]
    return {name for text in texts for name in re.findall(r"\bholdfast_\w+", text)}


def test_the_specs_are_all_hooks(kernel):
    """The page of hooks defines nothing but hooks."""
    defined = [node.name for node in kernel["hookspecs"].tree.body if isinstance(node, ast.FunctionDef)]
    assert sorted(defined) == HOOKS


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_is_documented_and_typed(hook):
    """A hook says what it is for and what it gives."""
    function = getattr(hookspecs, hook)
    assert function.__doc__
    assert "return" in function.__annotations__


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_is_tested(hook, tested_names):
    """A test somewhere implements or calls the hook."""
    assert hook in tested_names
