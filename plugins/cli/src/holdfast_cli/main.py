"""The entry point: from the arguments to an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from holdfast.errors import Error, did_you_mean
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.output import discard
from holdfast_cli.parser import build_parser, not_understood, options_parser, split
from holdfast_cli.subcommands import all_subcommands, own_subcommands

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the ``holdfast`` command.

    Args:
        arguments: the command line after the command's name; this process's by default.

    Returns:
        The exit code, see `ExitCode`.
    """
    own, rest = split(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # no name stops a list
    try:
        code = _run(own, rest)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        discard(sys.stdout)  # or what is still buffered raises again when the interpreter ends
        return ExitCode.CLOSED
    except KeyboardInterrupt:
        print("holdfast: interrupted", file=sys.stderr)
        return ExitCode.INTERRUPTED
    except Error as error:
        if "--traceback" in own or os.environ.get("HOLDFAST_TRACEBACK", "0") not in ("", "0"):
            traceback.print_exc()
        else:
            print(f"holdfast: {error}", file=sys.stderr)
        return ExitCode.WRONG


def _run(own: list[str], rest: list[str]) -> int:
    options, unknown = options_parser().parse_known_args(own)
    if options.directory is not None:
        try:
            os.chdir(options.directory)
        except OSError as error:
            options_parser().error(f"-C {options.directory}: {error.strerror}")
    subcommands = own_subcommands()
    name = rest[0] if rest and not unknown else ""
    if name not in subcommands:
        try:
            subcommands = all_subcommands(options)
        except Error as error:
            if name:
                raise
            print(f"holdfast: the commands of other plugins are left out: {error}", file=sys.stderr)
    parser = build_parser(subcommands, [name] if name in subcommands else [])
    if name and name not in subcommands:
        parser.error(f"there is no command '{name}'.{did_you_mean(name, subcommands)}")
    if not name:
        parser.parse_args(own)
        parser.print_help(sys.stderr)
        return ExitCode.WRONG
    parsed, unknown = parser.parse_known_args([*own, *rest])
    if unknown:
        parsed.parser.error(not_understood(unknown, parsed.parser))
    return int(parsed.run(parsed))


if __name__ == "__main__":
    sys.exit(main())
