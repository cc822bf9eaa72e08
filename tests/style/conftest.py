"""The sources of every distribution, read once for the tests of the repository's manners."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

ROOT = Path(__file__).parents[2]


@attrs.frozen(eq=False)
class Module:
    """One module of a distribution, parsed.

    Attributes:
        package: the import package it belongs to, such as ``holdfast_sqlite``.
        name: its dotted name inside that package; empty for the package itself.
        path: its file.
        tree: its syntax tree.
    """

    package: str
    name: str
    path: Path
    tree: ast.Module

    @property
    def label(self) -> str:
        """Its file relative to the repository."""
        return self.path.relative_to(ROOT).as_posix()

    def imported(self) -> Iterator[tuple[str, str]]:
        """Yield every import in it, wherever it stands, as a module and a name taken from it, if any."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, "") for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                source = "." * node.level + (node.module or "")
                yield from ((source, alias.name) for alias in node.names)


def read_package(package: Path) -> dict[str, Module]:
    """Return the modules of an import package by dotted name."""
    modules = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        modules[name] = Module(package.name, name, path, ast.parse(path.read_text("utf-8")))
    return modules


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's directory."""
    return ROOT


@pytest.fixture(scope="session")
def kernel() -> dict[str, Module]:
    """The kernel's modules by dotted name."""
    return read_package(ROOT / "kernel/src/holdfast")


@pytest.fixture(scope="session")
def plugins() -> dict[str, dict[str, Module]]:
    """The modules of every plugin, by import package and dotted name."""
    packages = sorted(ROOT.glob("plugins/*/src/*/"))
    return {package.name: read_package(package) for package in packages if package.name.isidentifier()}


@pytest.fixture(scope="session")
def modules(kernel: dict[str, Module], plugins: dict[str, dict[str, Module]]) -> list[Module]:
    """Every module of every distribution."""
    return [module for package in (kernel, *plugins.values()) for module in package.values()]


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Every file that git tracks and that is there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this tree is no git checkout, so nothing says which files are tracked")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]
