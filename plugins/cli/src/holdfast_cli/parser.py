"""The parsers: options of the command itself, and a parser for each subcommand."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Collection, Mapping, Sequence

import holdfast
from holdfast_cli.subcommands import Subcommand

__all__ = ["build_parser", "options_parser", "split"]

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
        help="use none of these plugins, or none at all: --no-plugins=NAME,NAME or --no-plugins; "
        "they are not imported",
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
    return parser
