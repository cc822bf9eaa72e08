"""The suites are fair to plugins that are slow, or that keep things outside of their directory."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from holdfast.conformance import EventStoreTrial, check_event_store
from holdfast.conformance.catalogue import suite_for
from holdfast.conformance.pacing import affordable, turns
from holdfast.conformance.running import run_saboteurs
from holdfast.provisions import ObserverPlugin


def elsewhere(path: Path) -> EventStoreTrial:
    """Return the trial of an event store in a file outside of the repository."""
    return EventStoreTrial(use="sqlite", options={"path": str(path)}, clear=partial(path.unlink, True))


def test_a_store_elsewhere_is_emptied_by_its_trial(tmp_path: Path) -> None:
    """So that what hypothesis makes up starts with an empty one each time."""
    assert check_event_store(elsewhere(tmp_path / "events.db"), ["ES-17"]).findings[0].good


def test_a_store_elsewhere_that_is_not_emptied_is_told_so(tmp_path: Path) -> None:
    """The message names what the trial lacks, and does not blame the store."""
    trial = EventStoreTrial(use="sqlite", options={"path": str(tmp_path / "events.db")})
    (finding,) = check_event_store(trial, ["ES-17"]).findings
    assert "EventStoreTrial whose 'clear' empties the place" in finding.message


@pytest.mark.parametrize("observer", ["file", "http"])
def test_faults_are_put_into_observers_whatever_they_raise(observer: str) -> None:
    """For what is gone, one raises an error of the system, the other one of Holdfast."""
    suite = suite_for(ObserverPlugin)
    assert suite is not None
    bites = run_saboteurs(suite, observer, ["OB-04", "OB-05"])
    assert [bite.saboteur.__name__ for bite in bites if not bite.noticed] == []


def test_a_slow_place_is_tried_less_often() -> None:
    """All turns in time, and some in any case."""
    assert list(turns(5, seconds=60.0)) == [0, 1, 2, 3, 4]
    assert list(turns(5, least=2, seconds=0.0)) == [0, 1]


def test_how_often_follows_from_how_long_it_takes() -> None:
    """What takes no time is done as often as is wanted."""
    assert affordable(lambda: None, 20) == 20
