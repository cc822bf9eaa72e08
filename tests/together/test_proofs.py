"""The reports that the README is written from are of the suites as they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from holdfast.conformance import SUITES, Report
from holdfast.plugins.loading import Plugins
from holdfast.plugins.settings import Settings

ROOT = Path(__file__).parents[2]
PLUGINS = [path.parent.name for path in sorted(ROOT.glob("plugins/*/pyproject.toml"))]
BY_KIND = {suite.kind: suite for suite in SUITES}


def provided(plugin: str) -> dict[tuple[str, str], Any]:
    """Return what a plugin provides that there is a suite for, by kind and name."""
    states = Plugins.discover(Settings(directory=ROOT)).states
    (state,) = (state for state in states if state.name == plugin)
    return {(record.kind, record.name): record for record in state.provisions if record.kind in BY_KIND}


@pytest.mark.parametrize("plugin", PLUGINS)
def test_every_plugin_has_a_report_of_all_clauses(plugin: str) -> None:
    """`holdfast plugins check NAME --json > docs/reports/NAME.json` has been run since its suite changed."""
    records = provided(plugin)
    file = ROOT / "docs" / "reports" / f"{plugin}.json"
    reports = [Report.from_json(data) for data in json.loads(file.read_text())] if file.exists() else []
    assert {(report.kind, report.name) for report in reports} == set(records)
    for report in reports:
        suite, record = BY_KIND[report.kind], records[report.kind, report.name]
        assert report.passed
        assert [(f.number, f.title) for f in report.findings] == [(c.number, c.title) for c in suite.clauses]
        assert report.kind == "executor" or list(report.claims) == sorted(record.claims)


@pytest.mark.parametrize("plugin", PLUGINS)
def test_every_plugin_proves_itself_in_its_tests(plugin: str) -> None:
    """What has a suite has a test class of it in the plugin's own folder."""
    file = ROOT / "plugins" / plugin / "tests" / "test_conformance.py"
    text = file.read_text() if file.exists() else ""
    missing = [
        name
        for kind, name in provided(plugin)
        if f'"{name}"' not in text or kind.replace(" ", "").lower() + "conformance" not in text.lower()
    ]
    assert missing == []
