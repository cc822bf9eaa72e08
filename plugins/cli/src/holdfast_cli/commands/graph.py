"""``holdfast graph``: draw the assets as a text tree, Mermaid or DOT."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from holdfast.interfaces import Command
from holdfast_cli.diagrams import dot, mermaid
from holdfast_cli.drawing import Drawing
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.output import print_json
from holdfast_cli.project import load_project
from holdfast_cli.selecting import add_selection, selected
from holdfast_cli.tree import tree

__all__ = ["GraphCommand"]

_FORMATS = {"tree": tree, "mermaid": mermaid, "dot": dot}


class GraphCommand(Command):
    """Draw the assets as a text tree, Mermaid or DOT."""

    def configure(self, parser: ArgumentParser) -> None:
        """Add the selection and the format."""
        add_selection(parser)
        parser.add_argument("-f", "--format", choices=list(_FORMATS), default="tree", help="tree by default")
        parser.add_argument("--json", action="store_true", help="print the assets and edges as JSON")

    def run(self, arguments: Namespace) -> int:
        """Print the drawing."""
        graph = load_project(arguments).repository.graph
        selection = selected(arguments)
        drawing = Drawing.of(graph, graph.keys if selection is None else selection.resolve(graph))
        if arguments.json:
            print_json(drawing.to_json())
        else:
            for line in _FORMATS[arguments.format](drawing):
                print(line)
        return ExitCode.OK
