"""``holdfast plugins``: list the installed plugins, check them, explain a name, prove one, or start one."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from concurrent.futures import Executor

from holdfast.errors import Error
from holdfast.interfaces import Command
from holdfast.plugins.loading import PREFERRED, Plugins
from holdfast.plugins.states import PluginState, Status
from holdfast.provisions import IOManagerPlugin, ObserverPlugin
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.explaining import explain_name
from holdfast_cli.looking import Looked, look
from holdfast_cli.output import aside, print_json, print_table
from holdfast_cli.proving import check_plugin, configure_check
from holdfast_cli.scaffolding import configure_new, new_plugin

__all__ = ["PluginsCommand"]


class PluginsCommand(Command):
    """List the installed plugins, check, explain, prove and start them; whatever is broken."""

    def configure(self, parser: ArgumentParser) -> None:
        """Add ``list``, ``doctor``, ``explain``, ``check`` and ``new``."""
        actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
        listing = actions.add_parser(
            "list", help="list plugins", description="List every installed plugin with its state."
        )
        listing.add_argument("--json", action="store_true", help="print JSON")
        listing.set_defaults(act=_list)
        doctor = actions.add_parser(
            "doctor",
            help="check plugins and settings",
            description="Say what is wrong with plugins and settings; the exit code is 1 if anything is.",
        )
        doctor.add_argument("--json", action="store_true", help="print JSON")
        doctor.set_defaults(act=_doctor)
        explaining = actions.add_parser(
            "explain",
            help="say where a name comes from",
            description="Say who provides a name, with which settings, and why: a plugin, something that one "
            "provides, a resource key, or 'executor', 'event_store' or 'io_manager'. Of an asset, say what "
            "stores each of its outputs and loads each of its inputs.",
        )
        explaining.add_argument("name", metavar="NAME", help="the name")
        explaining.set_defaults(act=explain_name)
        checking = actions.add_parser(
            "check",
            help="prove a plugin",
            description="Run the conformance suites on what a plugin provides, with temporary instances; the "
            "exit code is 1 if a clause does not hold, or not all ran.",
        )
        configure_check(checking)
        checking.set_defaults(act=check_plugin)
        starting = actions.add_parser(
            "new",
            help="start a plugin",
            description="Write a package with a plugin that works, with tests that prove it and what else a "
            "package needs. Change it into yours.",
        )
        configure_new(starting)
        starting.set_defaults(act=new_plugin)

    def run(self, arguments: Namespace) -> int:
        """Print what was asked for."""
        with aside():
            looked = look(arguments)
        return int(arguments.act(looked, arguments))


def _list(looked: Looked, arguments: Namespace) -> int:
    looked.tell_problems()
    states = looked.plugins.states
    if arguments.json:
        print_json([state.to_json() for state in states])
    else:
        rows = [(state.name, state.status, state.origin, _note(state)) for state in states]
        print_table(("plugin", "state", "distribution", "provides, or why not"), rows)
    return ExitCode.OK


def _note(state: PluginState) -> str:
    if state.status is not Status.ACTIVE:
        return state.reason
    names: dict[str, list[str]] = {}
    for provision in state.provisions:
        names.setdefault(provision.kind, []).append(provision.name)
    return "; ".join(f"{kind} {', '.join(provided)}" for kind, provided in names.items())


def _doctor(looked: Looked, arguments: Namespace) -> int:
    plugins, problems = looked.plugins, list(looked.problems)
    problems += [
        f"plugin '{state.name}' ({state.origin}) is {state.status}: {state.reason}"
        + (f"\n{state.traceback.rstrip()}" if state.traceback else "")
        for state in plugins.states
        if state.status not in (Status.ACTIVE, Status.INACTIVE)
    ]
    problems += dict.fromkeys(conflict for state in plugins.states for conflict in state.conflicts)
    problems += _unusable(plugins)
    notes = [str(missing) for state in plugins.states if state.healthy for missing in state.missing]
    if arguments.json:
        print_json({"problems": problems, "notes": notes})
    else:
        for problem in problems:
            print(f"problem: {problem}")
        for note in notes:
            print(f"note: {note}")
        active = sum(state.status is Status.ACTIVE for state in plugins.states)
        count = len(problems)
        found = "no problem" if not count else f"{count} problem{'' if count == 1 else 's'}"
        print(f"{active} of {len(plugins.states)} plugins are active; {found} found.")
    return ExitCode.FAILED if problems else ExitCode.OK


def _unusable(plugins: Plugins) -> Iterator[str]:
    """Yield what is wrong with the executor, event store, IO managers and observers that runs would use."""
    uses = [(kind, plugins.default(kind)) for kind in PREFERRED]
    uses += [(IOManagerPlugin, use) for use in plugins.settings.io_managers.values()]
    uses += [(ObserverPlugin, use) for use in plugins.settings.observers.values()]
    for kind, use in dict.fromkeys(uses):
        try:
            made = plugins.create(kind, use)
        except Error as error:
            yield str(error)
        else:
            if isinstance(made, Executor):
                made.shutdown()
