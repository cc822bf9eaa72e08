"""Run the examples of a Markdown page, in order, in the working directory: ``python run_page.py PAGE``.

What a block of code is follows from how it is written, so that a page reads naturally:

- ```` ```python ```` is run. All such blocks of a page share one namespace.
- ```` ```text ```` right after it is what it prints; ``...`` stands for anything.
- ```` ```console ```` holds commands behind ``$``, which are run, and what each prints, if that is to be
  checked; ``...`` stands for anything. A command without it must succeed. A block without ``$`` is for
  readers.
- A line of nothing but a file name in backticks before a block: the block is written to that file.
- ```` ```python no-run ```` is not run. An HTML comment before it says why.

All Python must compile. The first problem ends the page, and its traceback shows the page's own lines.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

FENCE = re.compile(r"```(?P<language>\w*) *(?P<mark>.*)")
FILE_NAME = re.compile(r"`(?P<name>[\w./-]+\.\w+)`")
REASON = re.compile(r"<!-- .+ -->")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class PageError(Exception):
    """An example does not do what its page says."""


@attrs.frozen
class Block:
    """A block of code.

    Attributes:
        line: the number of its first line of code in the page.
        before: the last line before it that is not empty, which may be the end of another block.
        language: what stands after the fence.
        mark: what stands after the language.
        code: its text.
    """

    line: int
    before: str
    language: str
    mark: str
    code: str


def blocks_of(page: str) -> Iterator[Block]:
    """Yield the blocks of code of a page."""
    lines = iter(enumerate(page.splitlines(), 1))
    before = ""
    for number, line in lines:
        opening = FENCE.fullmatch(line)
        if opening is None:
            before = line.strip() or before
            continue
        code = []
        for _, text in lines:
            if text == "```":
                break
            code.append(f"{text}\n")
        else:
            raise PageError(f"line {number}: this block is not closed")
        yield Block(number + 1, before, opening["language"], opening["mark"], "".join(code))
        before = "```"


def check(got: str, wanted: str, what: str) -> None:
    """Raise unless a text is what the page says; ``...`` stands for anything."""
    example = doctest.Example("", wanted)
    checker = doctest.OutputChecker()
    if not checker.check_output(example.want, got, FLAGS):
        raise PageError(f"{what}:\n{checker.output_difference(example, got, FLAGS)}")


def run_commands(block: Block, where: str) -> None:
    """Run the commands of a console block and check what they print."""
    for entry in re.split(r"^\$ ", block.code, flags=re.MULTILINE)[1:]:
        command, _, wanted = entry.partition("\n")
        done = subprocess.run(
            command, shell=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        if wanted:
            check(done.stdout, wanted, f"{where}: $ {command}")
        elif done.returncode:
            raise PageError(f"{where}: $ {command}\nexit code {done.returncode}\n{done.stdout}")


def forget_modules() -> None:
    """Have modules of the working directory imported anew, since a page may change them."""
    here = str(Path.cwd())
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(here):
            del sys.modules[name]
    importlib.invalidate_caches()


def run_page(page: Path) -> None:
    """Run every example of a page.

    Raises:
        PageError: an example does not do what the page says.
        Exception: what an example raises.
    """
    namespace: dict[str, Any] = {"__name__": "page"}
    printed = ""
    for block in blocks_of(page.read_text("utf-8")):
        where = f"{page}, line {block.line}"
        file = FILE_NAME.fullmatch(block.before)
        if block.language == "python" or (file and file["name"].endswith(".py")):
            # As many empty lines as stand above it: then a traceback shows the line of the page.
            code = compile("\n" * (block.line - 1) + block.code, str(page), "exec")
        if file:
            path = Path(file["name"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.code, "utf-8")
            forget_modules()
        elif block.mark == "no-run":
            if not REASON.fullmatch(block.before):
                raise PageError(f"{where}: an HTML comment before the block says why it is not run")
        elif block.mark:
            raise PageError(f"{where}: {block.mark!r} is no mark; 'no-run' is")
        elif block.language == "python":
            with contextlib.redirect_stdout(io.StringIO()) as output:
                exec(code, namespace)
            printed = output.getvalue()
        elif block.language == "text" and printed and block.before == "```":
            check(printed, block.code, where)
        elif block.language == "console":
            run_commands(block, where)
        if block.language != "python":
            printed = ""


if __name__ == "__main__":
    # What the page imports is found in the working directory, and not beside this file.
    sys.path[0] = ""
    run_page(Path(sys.argv[1]))
