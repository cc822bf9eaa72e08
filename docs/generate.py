"""Write the reference pages that follow from the code.

python docs/generate.py            writes them
python docs/generate.py --check    writes nothing; exits with 1 when a page is out of date
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import attrs
from conformance_pages import (
    PLUGINS,
    README,
    conformance_page,
    plugin_page,
    readme,
    reports_of,
    saboteurs_page,
)

from holdfast import hookspecs
from holdfast.plugins.registration import provider_hooks
from holdfast.provisions import PluginContext, Provision
from holdfast_cli.choosing import PARTITIONS
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.parser import build_parser
from holdfast_cli.selecting import GRAMMAR
from holdfast_cli.subcommands import own_subcommands

HERE = Path(__file__).parent
ATTRIBUTE = re.compile(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)

HEAD = """\
# Hooks

<!-- Written by docs/generate.py from hookspecs.py and provisions.py. Change those, then run it. -->"""

EXAMPLE = """\
```python
from holdfast.hookspecs import hookimpl
from holdfast.provisions import IOManagerPlugin


@hookimpl
def holdfast_io_managers():
    yield IOManagerPlugin(name="attic", factory="holdfast_attic.io:AtticIOManager", summary="...")
```

How to make a package of it: [writing a plugin](../plugins/writing-a-plugin.md).
"""

CLI_HEAD = """\
# The `holdfast` command

<!-- Written by docs/generate.py from the parsers of holdfast-cli. Change those, then run it. -->

`holdfast [options] COMMAND ...` works on the repository of the working directory: the nearest directory from
there upwards whose `holdfast.toml`, or `pyproject.toml` with a table `[tool.holdfast]`, has its settings. The
answer goes to standard output; messages, and whatever modules print while they are imported, go to standard
error. Plugins add commands with the hook [`holdfast_commands`](hooks.md#holdfast_commands)."""

CLI_ENVIRONMENT = """\
## Environment variables

| variable | |
|---|---|
| `HOLDFAST_EXECUTOR` | where steps run, above the settings and below `--executor` |
| `HOLDFAST_EVENT_STORE` | where records are kept, above the settings |
| `HOLDFAST_NO_PLUGINS` | plugins that are switched off, by name and separated by commas, or `all` |
| `HOLDFAST_TRACEBACK` | `1` shows the traceback of an error, as `--traceback` does |
| `NO_COLOR` | no colours on a terminal |
| `TERM` | `dumb` for a terminal without a live display |"""


def hooks_page() -> str:
    """Return the page of all hooks, in the order of an asset's life, with the records they yield."""
    specs = {name: spec for name, spec in vars(hookspecs).items() if hasattr(spec, "holdfast_spec")}
    paragraphs = [HEAD, prose(hookspecs).partition("\n\n")[2], EXAMPLE]
    for name, spec in specs.items():
        paragraphs += section(name, spec, provider_hooks().get(name))
    paragraphs += ["## What every record has", summary(Provision), fields(Provision)]
    paragraphs += ["## What every factory is told", summary(PluginContext), fields(PluginContext)]
    return "\n\n".join(paragraph.strip() for paragraph in paragraphs if paragraph) + "\n"


def section(name: str, spec: Callable[..., Any], record: type[Provision] | None) -> list[str]:
    """Return what is to be said of one hook."""
    signature = str(inspect.signature(spec)).replace("'", "")  # annotations are strings in the specs
    parts = [f"## `{name}`", fenced(f"{name}{signature}"), prose(spec)]
    if vars(spec)["holdfast_spec"]["firstresult"]:
        return [*parts, "Plugins are asked one after the other, until one gives an answer other than `None`."]
    if record is None:
        return [*parts, "A listener: every plugin that has it is called, and nothing is returned."]
    return [*parts, f"Yields `{record.__name__}`. {summary(record)}", fields(record, beyond=Provision)]


def fields(record: type, beyond: type | None = None) -> str:
    """Return a table of a record's fields, those ``beyond`` another's; empty when there are none."""
    inherited = {field.name for field in attrs.fields(beyond)} if beyond else set()
    described = dict(ATTRIBUTE.findall(prose(record).partition("\n\nAttributes:\n")[2]))
    rows = [
        f"| `{field.name}` | {'required' if field.default is attrs.NOTHING else f'`{field.default!r}`'} "
        f"| {' '.join(described[field.name].split())} |"
        for field in attrs.fields(record)
        if field.name not in inherited
    ]
    return "\n".join(["| field | default | |", "|---|---|---|", *rows]) if rows else ""


def summary(record: type) -> str:
    """Return what a record's docstring says before its attributes."""
    return prose(record).partition("\n\nAttributes:")[0]


def prose(documented: object) -> str:
    """Return a docstring as Markdown."""
    return re.sub(r"(?<!`)``(?!`)", "`", inspect.getdoc(documented) or "")


def cli_page() -> str:
    """Return the page of the command line: its options, exit codes and every command with its arguments."""
    subcommands = own_subcommands()
    parser = build_parser(subcommands, subcommands)
    codes = dict(ATTRIBUTE.findall(prose(ExitCode).partition("\n\nAttributes:\n")[2]))
    rows = [f"| {code.value} | {' '.join(codes[code.name].split())} |" for code in ExitCode]
    parts = [CLI_HEAD, "## Options", arguments_table(parser), "## Selections", fenced(GRAMMAR)]
    parts += ["## Partitions", fenced(PARTITIONS)]
    parts += ["## Exit codes", "\n".join(["| code | |", "|---|---|", *rows]), CLI_ENVIRONMENT]
    for name, command in inner_parsers(parser).items():
        parts += [f"## `holdfast {name}`", *command_section(command)]
        for action, inner in inner_parsers(command).items():
            parts += [f"### `holdfast {name} {action}`", *command_section(inner)]
    return "\n\n".join(part for part in parts if part) + "\n"


def command_section(parser: argparse.ArgumentParser) -> list[str]:
    """Return what is to be said of one command; of one that others belong to, only what it is for."""
    if inner_parsers(parser):
        return [parser.description or ""]
    positionals = [shape(action) for action in parser._actions if not action.option_strings]
    usage = " ".join([parser.prog, "[options]", *positionals])
    epilog = (parser.epilog or "").replace(GRAMMAR, "").replace(PARTITIONS, "").strip()
    more = fenced(epilog) if epilog else ""
    return [parser.description or "", fenced(usage), arguments_table(parser), more]


def fenced(text: str) -> str:
    """Return a text as it is, for Markdown."""
    return f"```text\n{text}\n```"


def inner_parsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of what belongs to a command, by name."""
    kind = argparse._SubParsersAction
    return next((dict(action.choices) for action in parser._actions if isinstance(action, kind)), {})


def arguments_table(parser: argparse.ArgumentParser) -> str:
    """Return a table of a parser's arguments and options, without those that every parser has."""
    rows = []
    for action in parser._actions:
        if not isinstance(action, (argparse._HelpAction, argparse._SubParsersAction)):
            optional = action.nargs == "?"
            value = "" if action.nargs == 0 else f"[={action.metavar}]" if optional else f" {shape(action)}"
            names = [f"`{option}{value}`" for option in action.option_strings] or [f"`{shape(action)}`"]
            rows.append(f"| {', '.join(names)} | {(action.help or '').replace('%%', '%')} |")
    return "\n".join(["| argument | |", "|---|---|", *rows]) if rows else ""


def shape(action: argparse.Action) -> str:
    """Return how the value of an argument is written."""
    choices = "{" + ",".join(map(str, action.choices or ())) + "}"
    name = action.metavar if isinstance(action.metavar, str) else choices
    return {"?": f"[{name}]", "*": f"[{name} ...]"}.get(str(action.nargs), name)


PAGES = {
    HERE / "reference" / "hooks.md": hooks_page,
    HERE / "reference" / "cli.md": cli_page,
    HERE / "reference" / "conformance.md": conformance_page,
    HERE / "reference" / "saboteurs.md": saboteurs_page,
    **({README: readme} if README.exists() else {}),
    **{folder / "README.md": partial(plugin_page, folder) for folder in PLUGINS if reports_of(folder.name)},
}


def main(arguments: list[str]) -> int:
    """Write or check every page and return the exit code."""
    out_of_date = [
        path for path, page in PAGES.items() if not path.exists() or path.read_text("utf-8") != page()
    ]
    if "--check" in arguments:
        for path in out_of_date:
            print(f"{path.relative_to(HERE.parent)} is out of date: run python docs/generate.py")
        return 1 if out_of_date else 0
    for path in out_of_date:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGES[path](), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
