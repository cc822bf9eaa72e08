"""``holdfast plugins new``: write a package with a plugin that works and is proven."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import string
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import holdfast
from holdfast.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    InvalidNameError,
    StorageError,
    did_you_mean,
)
from holdfast.plugins.loading import Plugins
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.looking import Looked
from holdfast_cli.output import print_json

__all__ = ["KINDS", "Kind", "configure_new", "new_plugin"]

_TEMPLATES = Path(__file__).with_name("templates")
_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_PREFIX = "holdfast-"


class Kind(NamedTuple):
    """A kind of plugin that can be started.

    Attributes:
        provides: what it is called in the records of plugins.
        description: what a package of it is for, in a sentence.
        suite: the class of `holdfast.conformance` that proves it.
    """

    provides: str
    description: str
    suite: str


KINDS: Mapping[str, Kind] = {
    "io-manager": Kind("IO manager", "IO manager that keeps values as JSON files.", "IOManagerConformance"),
    "format": Kind("format", "Format that keeps decimal numbers as text.", "FormatConformance"),
    "executor": Kind(
        "executor", "Executor that runs steps in threads of this process.", "ExecutorConformance"
    ),
    "partition-mapping": Kind(
        "partition mapping",
        "Partition mapping to the same partition and those just before it.",
        "PartitionMappingConformance",
    ),
    "observer": Kind("observer", "Observer of directories, by what their files hold.", "ObserverConformance"),
    "loader": Kind("loader", "Loader of source assets from a JSON file.", "LoaderConformance"),
    "event-store": Kind("event store", "Event store in one SQLite file.", "EventStoreConformance"),
}
"""The kinds, by the names that the command line has for them."""


def configure_new(parser: ArgumentParser) -> None:
    """Add the arguments of ``new``."""
    parser.add_argument("kind", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument(
        "name", metavar="NAME", help="the plugin, and what it provides; the package is holdfast-NAME"
    )
    parser.add_argument(
        "--directory",
        metavar="DIR",
        dest="directory_",  # that of the command itself is another
        type=Path,
        help="where; holdfast-NAME in the working directory by default",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def new_plugin(looked: Looked, arguments: Namespace) -> int:
    """Write the package, print what was made and what comes next, and return the exit code.

    Raises:
        InvalidInvocationError: there is no such kind.
        InvalidNameError: the name cannot be that of a package and a plugin.
        InvalidDefinitionError: an installed plugin has the name.
        StorageError: the directory is not empty, or cannot be written; then nothing is left.
    """
    kind, name = _checked_kind(arguments.kind), _checked_name(arguments.name)
    _check_free(looked.plugins, kind, name)
    directory = arguments.directory_ or Path(_distribution(name))
    texts = dict(_rendered(kind, name))
    _write(directory, texts)
    place = shlex.quote(str(directory))
    commands = [f"cd {place} && python -m pip install -e '.[test]'", f"cd {place} && python -m pytest"]
    if arguments.json:
        made = {"kind": kind, "name": name, "directory": str(directory)}
        print_json({**made, "files": list(texts), "next": commands})
    else:
        for file in texts:
            print(f"wrote {directory / file}")
        print("\nNext:", *commands, sep="\n  ")
    return ExitCode.OK


def _checked_kind(kind: str) -> str:
    if kind not in KINDS:
        raise InvalidInvocationError(f"There is no kind of plugin {kind!r}.{did_you_mean(kind, KINDS)}")
    return kind


def _checked_name(name: str) -> str:
    wanted = re.sub(r"[^a-z0-9]+", "-", name.lower()).removeprefix(_PREFIX).strip("-")
    good = wanted if _NAME.fullmatch(wanted) else "attic"
    if name.startswith(_PREFIX):
        raise InvalidNameError(
            name, "name of a plugin", f"the package gets its '{_PREFIX}' by itself; call it '{good}'"
        )
    if not _NAME.fullmatch(name):
        rule = "it is small letters and digits, with single '-' or '_' between them, and a letter first"
        raise InvalidNameError(name, "name of a plugin", f"{rule}; call it something like '{good}'")
    return name


def _check_free(plugins: Plugins, kind: str, name: str) -> None:
    """Accept a name that no installed plugin has, nor anything of this kind that one provides."""
    for state in plugins.states:
        if _distribution(state.name) == _distribution(name):
            what = f"An installed plugin is called '{state.name}' ({state.origin})"
        elif any(p.kind == KINDS[kind].provides and p.name == name for p in state.provisions):
            what = f"Plugin '{state.name}' ({state.origin}) provides the {KINDS[kind].provides} '{name}'"
        else:
            continue
        raise InvalidDefinitionError(
            f"{what}, and names are unique. Give another name, or uninstall {state.distribution}."
        )


def _distribution(name: str) -> str:
    return f"{_PREFIX}{name.replace('_', '-')}"


def _rendered(kind: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield the files of the package: their paths, and what is in them."""
    package = _distribution(name).replace("-", "_")
    first, second = holdfast.__version__.split(".")[:2]
    values = {
        "name": name,
        "distribution": _distribution(name),
        "package": package,
        "title": "".join(part.capitalize() for part in re.split("[-_]", name)),
        "description": KINDS[kind].description,
        "suite": KINDS[kind].suite,
        "versions": f">={first}.{second},<{int(first) + 1}",
    }

    def text_of(file: Path) -> str:
        return string.Template(file.read_text("utf-8")).substitute(values)

    values["about"] = text_of(_TEMPLATES / "readme" / f"{kind}.md.txt").strip()
    for root in (_TEMPLATES / "common", _TEMPLATES / kind):
        for file in sorted(path for path in root.rglob("*.txt") if path.is_file()):
            path = file.relative_to(root).as_posix().removesuffix(".txt")
            yield path.replace("src/package/", f"src/{package}/"), text_of(file)


def _write(directory: Path, texts: Mapping[str, str]) -> None:
    """Write files to a directory that is not there, or empty: all of them or none."""
    if directory.exists() and not (directory.is_dir() and not any(directory.iterdir())):
        raise StorageError(
            f"{directory} is there already, and new overwrites nothing. Give another place with --directory."
        )
    # The place itself may be the working directory, so what is made is moved into it, file by file.
    there = directory.is_dir()
    beside = directory if there else directory.parent
    temporary = beside / f".new-{os.urandom(8).hex()}"
    moved: list[Path] = []
    try:
        temporary.mkdir()
        for name, text in texts.items():
            file = temporary / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        if not there:
            temporary.rename(directory)
            return
        for path in sorted(temporary.iterdir()):
            moved.append(path.rename(directory / path.name))
        moved.clear()
    except OSError as error:
        raise StorageError(f"{directory} cannot be written: {error.strerror}.") from error
    finally:
        for path in [*moved, temporary]:
            shutil.rmtree(path, ignore_errors=True)
            path.unlink(missing_ok=True)
