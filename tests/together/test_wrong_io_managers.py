"""Wrong IO managers of strangers are caught: by which clause, and with a sentence that says what to mend."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from holdfast.conformance import IOManagerTrial, check_io_manager

sys.path.insert(0, str(Path(__file__).with_name("strangers")))  # other processes look there too

import wrong_io_managers as strangers

CLAIMS = ("partitions", "persistent", "processes")
JSON_TYPES = tuple(f"builtins.{name}" for name in ("NoneType", "bool", "int", "float", "str", "list", "dict"))

# The clause that catches each, and what its message says is to be done.
CAUGHT = [
    (
        strangers.WritesInPlace,
        "IO-16",
        "Make the whole value first, and put it in its place when it is whole",
    ),
    (strangers.TakesItsTime, "IO-19", "Write beside the value and rename, or use a transaction"),
    (strangers.SwallowsErrors, "IO-15", "Raise a StorageError that names the asset"),
    (strangers.RaisesWhatPickleRaises, "IO-15", "Raise a StorageError that names the asset"),
    (strangers.LeavesTemporaryFiles, "IO-18", "Rename or remove what is written on the way"),
    (strangers.LeavesThemWhenItFails, "IO-17", "Remove what was written on the way"),
    (strangers.KeepsTheFirst, "IO-04", "Write the whole value anew"),
    (strangers.SharesATemporaryName, "IO-25", "needs a lock, or one of its own for each thread"),
    (strangers.ReturnsThePath, "IO-07", "A mapping of labels to plain values or MetadataValue objects"),
    (strangers.StoresText, "IO-01", "Claim in the plugin's record (`types`) what is kept faithfully"),
    (strangers.StoresJson, "IO-02", "Where an encoding cannot keep a value as it is, raise a StorageError"),
    (strangers.TakesEmptyForMissing, "IO-03", "Look at whether something is stored, never at whether"),
    (strangers.ChangesTheValue, "IO-06", "Change a copy"),
    (strangers.KeepsTheObject, "IO-05", "Keep its bytes, or a copy all the way down"),
    (strangers.CachesLoads, "IO-21", "Look at the place for each load, or see whether it has changed"),
    (strangers.JoinsWithUnderscores, "IO-10", "Encode each part of a key by itself (`holdfast.key_paths"),
    (strangers.LowersKeys, "IO-10", "Encode each part of a key by itself (`holdfast.key_paths"),
    (strangers.TakesTheLastPart, "IO-10", "Encode each part of a key by itself (`holdfast.key_paths"),
    (
        strangers.CutsLongNames,
        "IO-11",
        "Names that are too long, hold half a character or nothing at all may be",
    ),
    (strangers.WantsAnAssetKey, "IO-08", "has no asset key; `get_identifier` says what it is"),
    (strangers.LoadsADefault, "IO-13", "Raise StepOutputNotFoundError"),
    (strangers.RaisesKeyError, "IO-13", "Raise StepOutputNotFoundError"),
    (strangers.NotesEachLoad, "IO-14", "Keep what is noted of loads elsewhere"),
    (strangers.LivesInMemory, "IO-22", "Set process_local = True in the class, or claim 'persistent'"),
    (strangers.HoldsALock, "IO-23", "Keep connections and locks out of the state (`__getstate__`)"),
    (strangers.HoldsAnOpenFile, "IO-23", "Keep connections and locks out of the state (`__getstate__`)"),
    (strangers.IgnoresThePartition, "IO-27", "Make `context.asset_partition_key` part of the place"),
    (strangers.KeepsTheLastPartition, "IO-28", "`context.store_each` and `context.load_each` do this"),
    (strangers.CountsPartitions, "IO-29", "One partition is a mapping of one, none an empty mapping"),
    (strangers.LeavesOutWhatIsMissing, "IO-30", "Raise StepOutputNotFoundError"),
    (strangers.StoresWhatItIsGiven, "IO-32", "Compare its keys with `context.asset_partition_keys`"),
    (strangers.SaysTheSameOfAll, "IO-34", "`context.store_each` keeps it"),
]


def trial(manager: type[Any]) -> IOManagerTrial:
    """Return the trial of a stranger's IO manager, which claims what fits."""
    if manager is strangers.LivesInMemory:
        return IOManagerTrial(use=manager, claims=())
    types = JSON_TYPES if manager is strangers.StoresJson else None
    return IOManagerTrial(use=manager, claims=CLAIMS, types=types)


@pytest.mark.parametrize(("manager", "number", "what_to_do"), CAUGHT)
def test_a_mistake_is_caught(manager: type[Any], number: str, what_to_do: str) -> None:
    """The clause fails, and its message says what to mend."""
    report = check_io_manager(trial(manager), only=[number])
    (finding,) = report.findings
    assert not finding.good
    assert what_to_do in finding.message


def test_partitions_that_are_ignored_and_not_claimed_are_caught() -> None:
    """Whoever knows nothing of partitions is told to refuse them."""
    unclaimed = IOManagerTrial(use=strangers.IgnoresThePartition, claims=("persistent", "processes"))
    (finding,) = check_io_manager(unclaimed, only=["IO-27"]).findings
    assert "Raise an error where context.has_asset_partitions, or claim them" in finding.message


def test_without_the_mistakes_nothing_is_found() -> None:
    """What they all are made of is right, so that it is their mistakes that are caught."""
    report = check_io_manager(trial(strangers.Shelf))
    assert report.passed, report.text()


def test_a_mistake_fails_the_whole_suite() -> None:
    """The report of all clauses names those that do not hold, and is no proof."""
    report = check_io_manager(trial(strangers.IgnoresThePartition))
    failed = {finding.number for finding in report.findings if not finding.good}
    assert {"IO-08", "IO-27", "IO-28", "IO-30", "IO-31", "IO-33"} <= failed
    assert report.complete
    assert not report.passed
    assert "IO-27 fails: The value of one partition is stored and loaded by itself" in report.text()
