"""``holdfast init``: start a project."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, Namespace
from pathlib import Path

from holdfast.errors import StorageError
from holdfast.interfaces import Command
from holdfast_cli.exit_codes import ExitCode

__all__ = ["InitCommand"]

_SETTINGS = """\
[tool.holdfast]
repository = "pipeline"     # the module with the assets, beside this file

# Without more settings every installed plugin is active, values are files under .holdfast/, and steps run in
# worker processes. For example:
#
# executor = { use = "multiprocess", max_workers = 2 }
#
# [tool.holdfast.io_managers]
# io_manager = { use = "filesystem", base = "data" }
"""

_MODULE = '''\
"""Three assets to start from. Change them, add your own, and run `holdfast materialize` again."""

from holdfast import asset


@asset(group_name="raw")
def temperatures():
    """Noon temperatures at three stations, in degrees Celsius."""
    return [
        {"station": "harbour", "day": "2024-06-01", "celsius": 17.4},
        {"station": "harbour", "day": "2024-06-02", "celsius": 18.9},
        {"station": "hill", "day": "2024-06-01", "celsius": 14.2},
        {"station": "hill", "day": "2024-06-02", "celsius": 15.0},
        {"station": "valley", "day": "2024-06-01", "celsius": 20.3},
        {"station": "valley", "day": "2024-06-02", "celsius": 22.1},
    ]


@asset(group_name="statistics")
def mean_temperatures(temperatures):
    """The mean temperature of each station. The argument's name says which asset is read."""
    by_station = {}
    for reading in temperatures:
        by_station.setdefault(reading["station"], []).append(reading["celsius"])
    return {station: sum(values) / len(values) for station, values in by_station.items()}


@asset(group_name="statistics")
def report(mean_temperatures):
    """The stations, the warmest first."""
    warmest_first = sorted(mean_temperatures.items(), key=lambda item: -item[1])
    return "\\n".join(f"{station:<10}{mean:5.1f} °C" for station, mean in warmest_first)
'''

_FILES = {"pyproject.toml": _SETTINGS, "pipeline.py": _MODULE, ".gitignore": "/.holdfast/\n__pycache__/\n"}


class InitCommand(Command):
    """Start a project: settings and a module with three assets."""

    def configure(self, parser: ArgumentParser) -> None:
        """Add the directory."""
        parser.add_argument(
            "directory_",
            metavar="DIR",
            nargs="?",
            default=".",
            help="where; the working directory by default",
        )

    def run(self, arguments: Namespace) -> int:
        """Write the files, or none of them when one is there already."""
        directory = Path(arguments.directory_)
        files = {directory / name: text for name, text in _FILES.items()}
        for file in files:
            if file.exists() or file.is_symlink():
                raise StorageError(
                    f"{file} is there already, and init overwrites nothing. Give another directory."
                )
        try:
            directory.mkdir(parents=True, exist_ok=True)
            for file, text in files.items():
                with file.open("x", encoding="utf-8") as out:
                    out.write(text)
        except OSError as error:
            raise StorageError(f"{error.filename} cannot be written: {error.strerror}.") from error
        for file in files:
            print(f"wrote {file}")
        change = "" if directory == Path() else f"cd {shlex.quote(str(directory))} && "
        print(f"\nNext: {change}holdfast materialize")
        return ExitCode.OK
