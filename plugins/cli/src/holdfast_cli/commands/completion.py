"""``holdfast completion``: print the completion script of a shell."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from holdfast.errors import Error
from holdfast.interfaces import Command
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.parser import build_parser
from holdfast_cli.subcommands import all_subcommands

__all__ = ["CompletionCommand"]

_EPILOG = """\
In ~/.bashrc:   eval "$(holdfast completion bash)"
For zsh:        holdfast completion zsh > DIR/_holdfast     (DIR is in $fpath)"""


class CompletionCommand(Command):
    """Print the completion script of a shell."""

    def configure(self, parser: ArgumentParser) -> None:
        """Add the shell."""
        parser.add_argument("shell", choices=("bash", "zsh"), help="the shell")
        parser.epilog = _EPILOG

    def run(self, arguments: Namespace) -> int:
        """Print the script, which knows the commands of all active plugins."""
        import shtab  # needed here alone, where the parsers of all subcommands are

        subcommands = {}
        for name, subcommand in all_subcommands(arguments).items():
            try:
                subcommand.load()
            except Error as error:
                print(f"holdfast: the command '{name}' is left out: {error}", file=sys.stderr)
            else:
                subcommands[name] = subcommand
        print(shtab.complete(build_parser(subcommands, subcommands), arguments.shell))
        return ExitCode.OK
