"""Write the reference pages that follow from the code.

python docs/generate.py            writes them
python docs/generate.py --check    writes nothing; exits with 1 when a page is out of date
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

from holdfast import hookspecs
from holdfast.plugins.registration import provider_hooks
from holdfast.provisions import PluginContext, Provision

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
    parts = [f"## `{name}`", f"```text\n{name}{signature}\n```", prose(spec)]
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


PAGES = {HERE / "reference" / "hooks.md": hooks_page}


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
