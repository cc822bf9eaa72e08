"""The tree is laid out the same everywhere, and holds nothing that belongs to one machine."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))

# What the kernel may stand on, the small pure-Python packages it has beside them (two at most), and what
# stands in for parts of the standard library where it or the system lacks them.
FOUNDATIONS = {"attrs", "importlib-metadata", "networkx", "pluggy"}
SMALL = {"cronsim", "voluptuous"}
STAND_INS = {"tomli", "tzdata"}

LONGEST_MODULE = 400
LONGER = {
    "kernel/src/holdfast/__init__.py": "every public name: for type checkers, for readers, and where it is",
    "kernel/src/holdfast/errors.py": "every error on one page, most of it messages",
}

REGISTRY_HOSTS = re.compile(r"pypi\.(?:org|python)|pythonhosted|test\.pypi|conda\.anaconda|registry\.npmjs")
HOME_PATHS = re.compile(r"(?<![\w.$~}-])/(?:home|Users|root|work)/\w+")


def project_of(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))


def requirement_name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0]


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: path.name)
def test_a_plugin_folder_looks_like_every_other(plugin):
    """A stranger who has read one plugin's folder knows where things are in all."""
    package = plugin / "src" / f"holdfast_{plugin.name.replace('-', '_')}"
    expected = [plugin / "README.md", package / "__init__.py", package / "py.typed", plugin / "tests"]
    assert [str(path) for path in expected if not path.exists()] == []
    assert list(plugin.glob("tests/test_*.py"))


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: path.name)
def test_a_plugin_is_declared_like_every_other(plugin):
    """Names of the distribution, of the entry point and of the package follow from the folder's."""
    project = project_of(plugin)["project"]
    package = f"holdfast_{plugin.name.replace('-', '_')}"
    assert project["name"] == f"holdfast-{plugin.name}"
    assert project["entry-points"]["holdfast.v1"] == {plugin.name: package}
    assert project["readme"] == "README.md"


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: path.name)
def test_the_page_of_a_plugin_answers_the_same_questions(plugin):
    """What it stores where, what it guarantees by clause as its suites found, and where its limits are."""
    page = (plugin / "README.md").read_text("utf-8")
    headings = "\n".join(line.lower() for line in page.splitlines() if line.startswith("## "))
    asked = ["stored where", "limits"]
    if (ROOT / "docs" / "reports" / f"{plugin.name}.json").exists():
        asked.append("guarantees by clause")
    assert [question for question in asked if question not in headings] == []


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: path.name)
def test_a_plugin_requires_a_range_of_kernels(plugin):
    """A floor and a cap at the next major, and never one version alone."""
    requirements = project_of(plugin)["project"]["dependencies"]
    kernels = [text for text in requirements if requirement_name(text) == "holdfast"]
    assert len(kernels) == 1
    assert re.fullmatch(r"holdfast>=\d+(\.\d+)*,<\d+", kernels[0])


def test_the_kernel_stands_on_few_packages():
    """The kernel needs its four foundations and at most two small packages more."""
    needed = {requirement_name(text) for text in project_of(ROOT / "kernel")["project"]["dependencies"]}
    assert needed == FOUNDATIONS | SMALL | STAND_INS
    assert len(SMALL) <= 2


def test_every_distribution_is_in_the_workspace():
    """What is in the tree is what the workspace installs."""
    workspace = project_of(ROOT)
    names = {project_of(folder)["project"]["name"] for folder in (ROOT / "kernel", *PLUGINS)}
    assert set(workspace["project"]["dependencies"]) == names
    assert set(workspace["tool"]["uv"]["sources"]) == names


def test_every_distribution_has_the_same_terms():
    """License, Python versions and build backend are the same everywhere."""
    projects = [project_of(folder) for folder in (ROOT / "kernel", *PLUGINS)]
    terms = {
        (each["project"]["license"]["text"], each["project"]["requires-python"], str(each["build-system"]))
        for each in projects
    }
    assert len(terms) == 1


def test_the_license_is_there():
    """The text of the Apache License is at the root."""
    assert "Apache License" in (ROOT / "LICENSE").read_text("utf-8")


def test_ci_runs_what_the_readme_says():
    """The last line of `.ci/run` is a line of the README, so that what is checked is what users are told."""
    last = (ROOT / ".ci/run").read_text("utf-8").splitlines()[-1]
    assert last.endswith("pytest")
    assert last in (ROOT / "README.md").read_text("utf-8").splitlines()


def test_modules_are_short(modules):
    """Past four hundred lines, a module has a second idea in it."""
    lengths = {module.label: len(module.path.read_text("utf-8").splitlines()) for module in modules}
    assert {label for label, lines in lengths.items() if lines > LONGEST_MODULE} == set(LONGER)


def test_no_lock_file_is_tracked(tracked):
    """Versions are held by the requirements; a lock file would name one machine's registries."""
    assert [path.name for path in tracked if path.suffix == ".lock" or path.name == "pylock.toml"] == []


def test_nothing_names_a_machine_or_a_registry(tracked):
    """No tracked file names a package registry's host, or an absolute path in somebody's home."""
    found = []
    for path in tracked:
        text = path.read_text("utf-8", errors="ignore") if path != Path(__file__) else ""
        places = [*REGISTRY_HOSTS.finditer(text), *HOME_PATHS.finditer(text)]
        found += [f"{path.relative_to(ROOT)}: {place.group()}" for place in places]
    assert found == []
