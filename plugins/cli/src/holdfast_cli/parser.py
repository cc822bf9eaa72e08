"""The parsers: options of the command itself, and a parser for each subcommand."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Collection, Mapping, Sequence

import holdfast
from holdfast.errors import did_you_mean
from holdfast_cli.subcommands import Subcommand

__all__ = ["build_parser", "not_understood", "options_parser", "split"]

_DESCRIPTION = "Look at assets, plan and materialize them, and manage plugins."
_EPILOG = """\
'holdfast COMMAND --help' explains a command. Exit codes: 0 done; 1 the run
failed, or 'plugins doctor' found something; 2 wrong use, definitions or
settings; 130 interrupted; 141 whoever read the output has gone."""


def split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the command's own options, and the rest: the subcommand's name and what belongs to it."""
    at = 0
    while at < len(arguments) and arguments[at].startswith("-"):
        at += 2 if arguments[at] in ("-C", "--directory") else 1
    # An option whose value is optional would take the subcommand's name for it.
    own = ["--no-plugins=all" if option == "--no-plugins" else option for option in arguments[:at]]
    return own, list(arguments[at:])


def options_parser() -> argparse.ArgumentParser:
    """Return the parser of the command's own options."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, prog="holdfast")
    parser.add_argument("-C", "--directory", metavar="DIR", help="work as if started in DIR")
    parser.add_argument(
        "--no-plugins",
        metavar="NAMES",
        nargs="?",
        type=lambda names: tuple(name.strip() for name in names.split(",") if name.strip()),
        default=(),
        help="switch plugins off before any is imported: all, or the named ones as in --no-plugins=a,b",
    )
    parser.add_argument(
        "--strict-plugins", action="store_true", help="refuse to work while an installed plugin is not usable"
    )
    parser.add_argument(
        "--traceback",
        action="store_true",
        help="show the traceback of an error (also: the environment variable HOLDFAST_TRACEBACK=1)",
    )
    version = f"holdfast {holdfast.__version__} (Python {platform.python_version()})"
    parser.add_argument("--version", action="version", version=version, help="print the version and exit")
    return parser


def build_parser(
    subcommands: Mapping[str, Subcommand], configured: Collection[str]
) -> argparse.ArgumentParser:
    """Return the parser of the whole command line.

    Args:
        subcommands: the subcommands by name.
        configured: those whose arguments the parser is to know; only these are imported.
    """
    parser = argparse.ArgumentParser(
        prog="holdfast",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        parents=[options_parser()],
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, subcommand in subcommands.items():
        summary = subcommand.summary
        own = subparsers.add_parser(
            name,
            help=summary.replace("%", "%%"),
            description=f"{summary[:1].upper()}{summary[1:]}.",
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if name in configured:
            command = subcommand.load()
            command.configure(own)
            own.set_defaults(run=command.run)
            _remember(own)
    return parser


def _remember(parser: argparse.ArgumentParser) -> None:
    # The namespace says which parser read it, for messages about what it could not read.
    parser.set_defaults(parser=parser)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                _remember(inner)


def not_understood(arguments: Sequence[str], parser: argparse.ArgumentParser) -> str:
    """Return the message for arguments that a subcommand does not take.

    Args:
        arguments: these.
        parser: the parser that did not take them.
    """
    option = arguments[0].partition("=")[0]
    message = f"unrecognized arguments: {' '.join(arguments)}."
    if option in options_parser()._option_string_actions:
        return f"{message} Options of holdfast itself stand before the command: holdfast {option} ..."
    known = parser._option_string_actions if option.startswith("--") else ()
    return message + did_you_mean(option, known)
