"""One use of dbt: a process of its own, what it prints, and what it says that it has done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import attrs

from holdfast.errors import StorageError
from holdfast_dbt.manifest import Manifest, Node, read_manifest

__all__ = ["Dbt", "DbtError", "Done"]

_SHOWN = 20  # of the last lines
_PATIENCE = 10.0  # seconds


class DbtError(StorageError):
    """dbt could not be started, or did not make all that it was to make."""


@attrs.frozen
class Done:
    """What dbt has done.

    Attributes:
        results: what it says of each model, seed, snapshot and test, in the order in which they ended.
        manifest: the manifest of what it ran.
        code: its exit code.
        lines: the last lines that it printed.
    """

    results: Sequence[Mapping[str, Any]]
    manifest: Manifest
    code: int
    lines: Sequence[str]


@attrs.frozen
class Dbt:
    """How dbt is called.

    Attributes:
        project_dir: the directory of the project, in which it runs.
        manifest: the file that says what is in the project.
        profiles_dir: the directory of ``profiles.yml``; dbt looks for it itself when ``None``.
        target: which target of the profile; the profile's own when ``None``.
        executable: the program; ``None`` for the ``dbt`` of this environment, else of the search path.
        tests: whether the tests of what is made run too.
    """

    project_dir: Path
    manifest: Path
    profiles_dir: Path | None = None
    target: str | None = None
    executable: str | None = None
    tests: bool = True

    def build(self, nodes: Sequence[Node], log: Any) -> Done:
        """Make some nodes, with ``dbt build``.

        Args:
            nodes: models, seeds and snapshots.
            log: the logger that is given what dbt prints.

        Raises:
            DbtError: it could not be started, or ended without saying what it has done.
        """
        with tempfile.TemporaryDirectory(prefix="holdfast-dbt-") as folder:
            # Of its own, as another run of dbt would overwrite what this one says. What is parsed already is
            # taken along: dbt looks itself whether it still fits.
            target = Path(folder)
            with suppress(OSError):
                shutil.copy2(self.manifest.with_name("partial_parse.msgpack"), target)
            lines: deque[str] = deque(maxlen=_SHOWN)
            with self._started(self.arguments(nodes, target)) as process:
                for line in process.stdout or ():
                    lines.append(line.rstrip())
                    log.info("%s", lines[-1])
                code = process.wait()
            results = target / "run_results.json"
            if not results.exists():
                raise DbtError(f"dbt ended with the exit code {code} and made nothing.{said(lines)}")
            found = json.loads(results.read_bytes())["results"]
            return Done(found, read_manifest(target / "manifest.json"), code, tuple(lines))

    def arguments(self, nodes: Sequence[Node], target_path: Path) -> list[str]:
        """Return the command that makes some nodes and writes its files into a directory.

        Raises:
            DbtError: dbt is not there.
        """
        options = {
            "--project-dir": self.project_dir,
            "--profiles-dir": self.profiles_dir,
            "--target": self.target,
            "--target-path": target_path,
            "--log-path": target_path / "logs",
            # A test of what is made and of something else runs if that is made before, or is there anyway.
            "--indirect-selection": "buildable",
        }
        command = [self._program(), "build", "--no-use-colors"]
        command += [str(part) for option in options.items() if option[1] is not None for part in option]
        if not self.tests:
            command += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
        return [*command, "--select", *(node.selector for node in nodes)]

    def _program(self) -> str:
        if self.executable is None:
            beside = shutil.which("dbt", path=str(Path(sys.executable).parent))
            found = beside or shutil.which("dbt")
        else:
            found = shutil.which(self.executable)
        if found is None:
            raise DbtError(
                f"There is no program {self.executable or 'dbt'!r}. Install dbt and the adapter of your "
                "database (such as 'pip install \"dbt-core<1.12\" dbt-duckdb'), or name the program as the "
                "loader's option executable."
            )
        return found

    @contextmanager
    def _started(self, command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
        # Nothing is told to others about what people run, unless they say so.
        environment = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", **os.environ}
        try:
            process = subprocess.Popen(
                command,
                cwd=self.project_dir,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise DbtError(f"dbt cannot be started in {self.project_dir}: {error}.") from error
        with process:
            try:
                yield process
            except BaseException:  # the run was interrupted: then dbt ends too
                process.terminate()
                try:
                    process.wait(_PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
                raise


def said(lines: Sequence[str]) -> str:
    """Return what was printed last, for the end of a message."""
    text = "\n".join(f"  {line}" for line in lines if line)
    return f" It printed last:\n{text}" if text else ""
