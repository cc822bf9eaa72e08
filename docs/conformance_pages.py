"""The pages that follow from the conformance suites, for `generate.py`."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from holdfast.conformance import SUITES, Report
from holdfast.conformance.reports import Outcome

HERE = Path(__file__).parent
README = HERE.parent / "README.md"
PLUGINS = sorted(path.parent for path in HERE.parent.glob("plugins/*/pyproject.toml"))

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


def with_block(page: Path, name: str, text: str) -> str:
    """Return a page with another text between its comments ``name`` and ``end of name``."""
    before, begin, rest = page.read_text("utf-8").partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- end of {name} -->\n")
    if not end:
        raise ValueError(f"{page} needs the lines '<!-- {name} -->' and '<!-- end of {name} -->'.")
    return f"{before}{begin}{text}\n{end}{after}"


def reports_of(plugin: str) -> list[Report]:
    """Return the reports of a plugin's suites; none where it has nothing that there is a suite for."""
    file = HERE / "reports" / f"{plugin}.json"
    data = json.loads(file.read_text("utf-8")) if file.exists() else []
    return [Report.from_json(each) for each in data]


def readme() -> str:
    """Return the README with its table of plugins made anew from the reports of their suites."""
    rows = []
    for folder in PLUGINS:
        (record,) = folder.glob("src/*/__init__.py")
        summary = (
            inspect.cleandoc(record.read_text("utf-8").split('"""')[1])
            .partition("\n")[0]
            .rstrip(".")
            .replace("``", "`")
        )
        proof = ", ".join(map(proof_of, reports_of(folder.name))) or "-"
        name = folder.name
        rows.append(f"| [holdfast-{name}](plugins/{name}/README.md) | {summary} | {proof} |")
    table = ["| package | provides | proven |", "|---|---|---|", *rows]
    return with_block(README, "plugins", "\n".join(table))


def proof_of(report: Report) -> str:
    """Return what a report says in a few words, with a link to the clauses."""
    held = sum(finding.good for finding in report.findings)
    link = "docs/reference/conformance.md#" + f"{report.kind}s".lower().replace(" ", "-")
    return f"{report.kind} `{report.name}`: [{held} of {report.clauses} clauses]({link})"


def plugin_page(folder: Path) -> str:
    """Return the page of a plugin with the clauses that hold of it, made anew from its reports."""
    parts = [f"<!-- Written by docs/generate.py from docs/reports/{folder.name}.json. -->"]
    reports = reports_of(folder.name)
    for suite in SUITES:
        of_kind = [report for report in reports if report.kind == suite.kind]
        if of_kind:
            parts += guarantees(of_kind, {clause.number: clause.name for clause in suite.clauses})
    return with_block(folder / "README.md", "clauses", "\n\n".join(parts))


def guarantees(reports: list[Report], names: dict[str, str]) -> Iterator[str]:
    """Yield what holds of several things of a kind: a sentence and a table of the clauses."""
    for report in reports:
        claims = f" It claims {listed(report.claims)}." if report.claims else ""
        yield f"The {report.kind} `{report.name}`: {held(report)}.{claims}"
    rows = []
    for clauses in zip(*(report.findings for report in reports), strict=True):
        number, title = clauses[0].number, clauses[0].title
        anchor = f"{number}-{names[number]}".lower().replace("_", "-")
        reasons = [
            f" Not of `{report.name}`: {finding.message}"
            for report, finding in zip(reports, clauses, strict=True)
            if finding.outcome is not Outcome.HOLDS
        ]
        link = f"[{number}](../../docs/reference/conformance.md#{anchor})"
        rows.append(f"| {link} | {title}{''.join(reasons)} |")
    yield "\n".join(["| clause | what it guarantees |", "|---|---|", *rows])


def held(report: Report) -> str:
    """Return how many clauses hold, in words."""
    count = sum(finding.outcome is Outcome.HOLDS for finding in report.findings)
    return (
        f"all {count} clauses hold"
        if count == report.clauses
        else f"{count} of {report.clauses} clauses hold"
    )


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence."""
    *most, last = [f"`{name}`" for name in names]
    return f"{', '.join(most)} and {last}" if most else last
