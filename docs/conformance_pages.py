"""The pages that follow from the conformance suites, for `generate.py`."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

from holdfast.conformance import SUITES, Report

HERE = Path(__file__).parent
README = HERE.parent / "README.md"

CONFORMANCE_HEAD = """\
# Conformance: what must hold of every plugin

<!-- Written by docs/generate.py from holdfast.conformance. Change that, then run it. -->

Each clause is a fact that a suite looks at, with a number that never changes its meaning. How to run the
suites: [proving a plugin](../plugins/conformance.md). That each clause bites is shown on the page of
[saboteurs](saboteurs.md).

What a plugin can do beyond what all of its kind do is *claimed* in its record, as `claims`. What is claimed
has to hold. What is not claimed has to be refused cleanly, or left alone, as its clause says: nothing is
skipped."""

SABOTEURS_HEAD = """\
# Saboteurs: that each clause bites

<!-- Written by docs/generate.py from holdfast.conformance. Change that, then run it. -->

A saboteur is a correct plugin with one fault. Each is put around a real plugin of this repository by a test,
and has to be noticed by the clause in its line; and no clause is without one.
`holdfast plugins check NAME --sabotage` does the same to any plugin."""


def conformance_page() -> str:
    """Return the page of all clauses."""
    parts = [CONFORMANCE_HEAD]
    for suite in SUITES:
        parts.append(f"## {suite.kind[:1].upper()}{suite.kind[1:]}s")
        if suite.claims:
            rows = [f"| `{name}` | {text} |" for name, text in suite.claims.items()]
            parts.append("\n".join(["| claim | |", "|---|---|", *rows]))
        for clause in suite.clauses:
            parts.append(f"### {clause.number}: {said(clause.name)}")
            parts.append(f"{clause.title} *Since {clause.since}.*")
            parts.append(clause.advice)
    return "\n\n".join(part for part in parts if part) + "\n"


def saboteurs_page() -> str:
    """Return the page that says which clause notices which fault."""
    count = sum(len(suite.saboteurs) for suite in SUITES)
    clauses = sum(len(suite.clauses) for suite in SUITES)
    parts = [SABOTEURS_HEAD, f"There are {count} saboteurs for {clauses} clauses."]
    for suite in SUITES:
        rows = [
            f"| {clause.number} {said(clause.name)} | `{saboteur.__name__}` | {saboteur.fault()} |"
            for clause in suite.clauses
            for saboteur in suite.saboteurs
            if saboteur.kills == clause.number
        ]
        parts.append(f"## {suite.kind[:1].upper()}{suite.kind[1:]}s")
        parts.append("\n".join(["| clause | saboteur | its fault |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def said(name: str) -> str:
    """Return the name of a function as words."""
    return name.replace("_", " ")


def readme() -> str:
    """Return the README with its table of plugins made anew from the reports of their suites."""
    before, begin, rest = README.read_text("utf-8").partition("<!-- plugins -->\n")
    _, end, after = rest.partition("<!-- end of plugins -->\n")
    rows = []
    for folder in sorted(path.parent for path in HERE.parent.glob("plugins/*/pyproject.toml")):
        (record,) = folder.glob("src/*/__init__.py")
        summary = (
            inspect.cleandoc(record.read_text("utf-8").split('"""')[1])
            .partition("\n")[0]
            .rstrip(".")
            .replace("``", "`")
        )
        file = HERE / "reports" / f"{folder.name}.json"
        data = json.loads(file.read_text("utf-8")) if file.exists() else []
        proof = ", ".join(map(proof_of, map(Report.from_json, data))) or "-"
        name = folder.name
        rows.append(f"| [holdfast-{name}](plugins/{name}/README.md) | {summary} | {proof} |")
    table = ["| package | provides | proven |", "|---|---|---|", *rows]
    return "".join([before, begin, "\n".join(table), "\n", end, after])


def proof_of(report: Report) -> str:
    """Return what a report says in a few words, with a link to the clauses."""
    held = sum(finding.good for finding in report.findings)
    link = "docs/reference/conformance.md#" + f"{report.kind}s".lower().replace(" ", "-")
    return f"{report.kind} `{report.name}`: [{held} of {report.clauses} clauses]({link})"
