"""``holdfast plugins check``: the conformance suites run on what a plugin provides."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from holdfast.errors import PluginError, SettingsError, UnknownProvisionError
from holdfast.plugins.loading import Plugins
from holdfast.plugins.states import Status
from holdfast.provisions import Provision
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.looking import Looked
from holdfast_cli.output import aside, print_json

if TYPE_CHECKING:  # the suites need packages that only authors of plugins have
    from holdfast.conformance.suites import Suite

__all__ = ["check_plugin", "configure_check"]


def configure_check(parser: ArgumentParser) -> None:
    """Add the arguments of ``check``."""
    parser.add_argument("name", metavar="NAME", help="a plugin, or what one provides")
    parser.add_argument(
        "--clause", metavar="NUMBER", action="append", default=[], help="only this clause; may be repeated"
    )
    parser.add_argument(
        "--sabotage", action="store_true", help="put faults into the plugin, and see that each is noticed"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--badge", metavar="FILE", type=Path, help="write a badge for shields.io to a file")


def check_plugin(looked: Looked, arguments: Namespace) -> int:
    """Run the suites for a name, print what they find, and return the exit code.

    Raises:
        SettingsError: the suites need a package that is not installed.
        PluginError: the name is of nothing that can be proven, or its plugin cannot be used.
    """
    tried = list(_tried(looked.plugins, arguments.name))
    if arguments.sabotage:
        return _sabotage(tried, arguments)
    from holdfast.conformance.reports import badge  # these need what only authors of plugins have
    from holdfast.conformance.running import run_suite

    with aside():
        reports = [
            run_suite(suite, provision.name, [n for n in arguments.clause if _is_of(suite, n)])
            for suite, provision in tried
            if not arguments.clause or any(_is_of(suite, number) for number in arguments.clause)
        ]
    if arguments.json:
        print_json([report.to_json() for report in reports])
    else:
        for report in reports:
            print(report.text())
    if arguments.badge is not None:
        arguments.badge.write_text(f"{badge(reports)}\n", "utf-8")
    good = [all(f.good for f in r.findings) if arguments.clause else r.passed for r in reports]
    return ExitCode.OK if reports and all(good) else ExitCode.FAILED


def _is_of(suite: Suite[Any], number: str) -> bool:
    return number.partition("-")[0] == suite.clauses[0].number.partition("-")[0]


def _tried(plugins: Plugins, name: str) -> Iterator[tuple[Suite[Any], Provision]]:
    """Yield what there is to prove of a plugin, or of what plugins provide by a name, with its suite."""
    try:
        from holdfast.conformance.catalogue import suite_for  # needs what only authors of plugins have
    except ModuleNotFoundError as error:
        if error.name != "hypothesis":
            raise
        raise SettingsError(
            "holdfast plugins check",
            "",
            f'The suites need {error.name}, which is not installed: pip install "holdfast[conformance]"',
        ) from error
    states = [state for state in plugins.states if state.name == name]
    found = [record for state in states for record in state.provisions] or [
        record for state in plugins.states for record in state.provisions if record.name == name
    ]
    for state in states:
        if state.status is not Status.ACTIVE:
            raise PluginError(state.name, state.status.value, state.reason)
    proven = [(suite, record) for record in found if (suite := suite_for(type(record))) is not None]
    if not proven:
        known = [state.name for state in plugins.states]
        known += [r.name for s in plugins.states for r in s.provisions if suite_for(type(r)) is not None]
        hint = f"There is no suite for a {found[0].kind}." if found else ""
        raise UnknownProvisionError("name, with anything to prove,", name, () if found else known, hint)
    yield from proven


def _sabotage(tried: list[tuple[Suite[Any], Provision]], arguments: Namespace) -> int:
    from holdfast.conformance.running import run_saboteurs  # as above

    rows: list[dict[str, Any]] = []
    with aside():
        for suite, provision in tried:
            rows += [
                {
                    "kind": suite.kind,
                    "name": provision.name,
                    "saboteur": bite.saboteur.__name__,
                    "clause": bite.saboteur.kills,
                    "fault": bite.saboteur.fault(),
                    "noticed": bite.noticed,
                }
                for bite in run_saboteurs(suite, provision.name, arguments.clause)
            ]
    if arguments.json:
        print_json(rows)
    else:
        for row in rows:
            if not row["noticed"]:
                print(f"{row['clause']} does not notice {row['saboteur']}: {row['fault']}")
        noticed = sum(row["noticed"] for row in rows)
        print(f"{noticed} of {len(rows)} faults that were put into '{arguments.name}' are noticed.")
    return ExitCode.OK if all(row["noticed"] for row in rows) else ExitCode.FAILED
