"""The options that name partitions, the same for every subcommand, and what they mean."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import TYPE_CHECKING, Any, Literal

from holdfast.partitions.ranges import PartitionKeyRange

if TYPE_CHECKING:  # --help needs none of the kernel
    from holdfast.backfills import Only

__all__ = ["PARTITIONS", "add_only", "add_partition", "add_partitions", "chosen_only", "read_partitions"]

PARTITIONS = """\
Partitions are a key ('2013-01-01'), several ('north,south'), or those from
one key to another ('2013-01-01..2013-12-31'). In these, a backslash takes the
character behind it as it is: 'a\\,b' is one key, and so is 'a\\..b'. The key of
--partition is taken as it is."""
"""How to say which partitions are meant, for the help of every subcommand that takes them."""


def add_partition(parser: ArgumentParser, meaning: str = "the partition to make") -> None:
    """Let a parser take the key of one partition.

    Args:
        parser: the parser.
        meaning: what it is for, for the help.
    """
    parser.add_argument("--partition", metavar="KEY", help=meaning)


def add_partitions(parser: ArgumentParser, meaning: str) -> None:
    """Let a parser take several partitions.

    Args:
        parser: the parser.
        meaning: what they are for, for the help.
    """
    parser.add_argument("--partitions", type=read_partitions, metavar="PARTITIONS", help=meaning)
    parser.epilog = f"{parser.epilog}\n\n{PARTITIONS}" if parser.epilog else PARTITIONS


def add_only(parser: ArgumentParser) -> None:
    """Let a parser take which of the partitions are meant."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--missing", action="store_true", help="only partitions that were never made")
    which.add_argument("--failed", action="store_true", help="only partitions whose last attempt failed")


def chosen_only(arguments: Namespace) -> Only | None:
    """Return which partitions the arguments of a parser with `add_only` mean; ``None`` for all."""
    only: Literal["missing", "failed"] = "missing" if arguments.missing else "failed"
    return only if arguments.missing or arguments.failed else None


def read_partitions(text: str) -> Any:
    """Return the partitions that a text means: a list of keys, or a range.

    Raises:
        ArgumentTypeError: it names a range and more, or an end of a range is missing.
    """
    parts: list[list[str]] = [[""]]
    position = 0
    while position < len(text):
        if text[position] == "\\" and position + 1 < len(text):
            parts[-1][-1] += text[position + 1]
            position += 2
        elif text[position] == ",":
            parts.append([""])
            position += 1
        elif text.startswith("..", position):
            parts[-1].append("")
            position += 2
        else:
            parts[-1][-1] += text[position]
            position += 1
    if all(len(ends) == 1 for ends in parts):
        return [key for (key,) in parts]
    if len(parts) == 1 and len(parts[0]) == 2 and all(parts[0]):
        return PartitionKeyRange(*parts[0])
    raise ArgumentTypeError(
        f"{text!r} is neither a range of partitions, 'FIRST..LAST', nor keys, 'KEY,KEY'. Write a backslash "
        "before a ',' or '..' that belongs to a key."
    )
