"""Backfills that are killed at random moments and resumed, in files, with events in SQLite."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from holdfast import AssetKey, Instance

COMMAND = [sys.executable, "-m", "holdfast_cli.main"]
COUNT = 10_000
KILLS = 10

SETTINGS = """
[tool.holdfast]
repository = "flows"
executor = {executor}
event_store = {{ use = "sqlite", path = "events.db" }}

[tool.holdfast.io_managers]
io_manager = {{ use = "filesystem", base = "data" }}
"""

FLOWS = """
import os
from holdfast import StaticPartitionsDefinition, asset

numbers = StaticPartitionsDefinition([f"{{n:05}}" for n in range({count})])
log = os.open("log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)


@asset(partitions_def=numbers)
def number(context):
    os.write(log, f"{{context.partition_key}}\\n".encode())
    return int(context.partition_key)


@asset
def total(number):
    return sum(number.values())
"""


@pytest.mark.parametrize(
    ("executor", "in_flight", "count"),
    [('"in_process"', 1, COUNT), ('{ use = "multiprocess", max_workers = 2 }', 2, COUNT // 10)],
    ids=["in_process", "multiprocess"],
)
def test_a_backfill_killed_ten_times_is_resumed_to_its_end(
    tmp_path: Path, executor: str, in_flight: int, count: int
) -> None:
    """Every partition is made, none is recorded that is not stored, and few are done twice."""
    (tmp_path / "pyproject.toml").write_text(SETTINGS.format(executor=executor))
    (tmp_path / "flows.py").write_text(FLOWS.format(count=count))
    log = tmp_path / "log"
    log.touch()
    # A moment is when so many partitions were begun: it comes however fast the machine is.
    moments = sorted(random.Random(5).sample(range(1, count * 9 // 10), KILLS))
    for number, moment in enumerate(moments):
        killed = run(tmp_path, "resume" if number else "backfill", kill_at=moment * len("00000\n"))
        assert killed == -signal.SIGKILL, "the backfill ended before it could be killed"
        assert recorded(tmp_path) <= stored(tmp_path).keys()
    assert run(tmp_path, "resume") == 0

    everything = {f"{n:05}" for n in range(count)}
    assert recorded(tmp_path) == everything
    assert {key: json.loads(file.read_text()) for key, file in stored(tmp_path).items()} == {
        key: int(key) for key in everything
    }
    assert json.loads((tmp_path / "data" / "total.json").read_text()) == sum(range(count))
    done = Counter(log.read_text().split())
    assert done.keys() == everything
    assert done.total() <= count + KILLS * in_flight


def run(directory: Path, command: str, kill_at: int | None = None) -> int:
    """Run the command until it ends, or until the log has so many bytes; return its exit code."""
    with (directory / "output").open("w") as output:
        process = subprocess.Popen(
            [*COMMAND, command, "--quiet"],
            cwd=directory,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    if kill_at is not None:
        while process.poll() is None and (directory / "log").stat().st_size < kill_at:
            time.sleep(0.001)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def recorded(directory: Path) -> set[str]:
    """Return the partitions that the event store says are made."""
    store = Instance.get(directory).event_store
    records = store.partitions(AssetKey("number"))
    store.close()
    return {key for key, record in records.items() if record.made_by is not None}


def stored(directory: Path) -> dict[str, Path]:
    """Return the file of each partition that is stored."""
    files = directory.glob("data/number/partition=*/value.json")
    return {file.parent.name.partition("=")[2]: file for file in files}
