"""The arguments that name assets, the same for every subcommand, and the assets they mean."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from holdfast.asset_graph import AssetGraph
from holdfast.errors import InvalidSubsetError
from holdfast.keys import AssetKey
from holdfast.selection import AssetSelection
from holdfast.selection_syntax import coerce_selection

__all__ = ["GRAMMAR", "add_key", "add_selection", "find_key", "selected"]

GRAMMAR = """\
A selection is a key ('orders', 'warehouse/orders'), with '+' or '*' for its
neighbours ('+orders' one level upstream, 'orders*' all downstream), or key:,
group:, kind: or tag: and a name in which '*' and '?' are wildcards. 'and',
'or', 'not', parentheses, sources(...) and sinks(...) combine selections;
several selections mean all of them together. Quote a selection, so that the
shell leaves it alone."""
"""How to say which assets are meant, for the help of every subcommand that takes selections."""


def add_selection(parser: ArgumentParser, meaning: str = "the assets; all by default") -> None:
    """Let a parser take selections: positional ones, and ``--select``.

    Args:
        parser: the parser.
        meaning: what they select, for the help.
    """
    parser.add_argument("selection", nargs="*", metavar="SELECTION", help=meaning)
    parser.add_argument(
        "-s",
        "--select",
        action="append",
        default=[],
        metavar="SELECTION",
        help="the same as an option; may be repeated",
    )
    parser.epilog = GRAMMAR


def selected(arguments: Namespace) -> AssetSelection | None:
    """Return the selection that the arguments mean, ``None`` when they name none.

    Raises:
        SelectionSyntaxError: it cannot be read.
    """
    texts = [*arguments.selection, *arguments.select]
    return coerce_selection(texts) if texts else None


def add_key(parser: ArgumentParser) -> None:
    """Let a parser take the key of one asset."""
    parser.add_argument("key", metavar="KEY", help="the asset's key, its parts joined with '/'")


def find_key(graph: AssetGraph, text: str) -> AssetKey:
    """Return the key that a text names: as it is printed, or as a selection of one asset.

    Raises:
        InvalidSubsetError: no asset, or more than one, is meant.
    """
    printed = [key for key in graph if key.to_user_string() == text]
    if len(printed) == 1:
        return printed[0]
    found = sorted(coerce_selection(text).resolve(graph))
    if len(found) != 1:
        raise InvalidSubsetError(f"'{text}' means {len(found)} assets, and this takes one.")
    return found[0]
