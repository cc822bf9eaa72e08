"""Saboteurs of event stores: what they answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from holdfast.conformance.suites import Saboteur
from holdfast.errors import RunExistsError, RunNotFoundError
from holdfast.events import ENDS, Event, EventType, Run, RunStatus
from holdfast.interfaces import EventStore
from holdfast.keys import AssetKey

__all__ = ["FaultyStore"]


class FaultyStore(Saboteur, EventStore):
    """An event store that hands everything on to another one."""

    def append(self, events: Sequence[Event]) -> None:
        """Keep events."""
        self.inner.append(events)

    def events(self, run_id: str) -> Sequence[Event]:
        """Return the events of a run."""
        return self.inner.events(run_id)  # type: ignore[no-any-return]

    def runs(self, limit: int | None = None) -> Sequence[Run]:
        """Return the runs."""
        return self.inner.runs(limit)  # type: ignore[no-any-return]

    def run(self, run_id: str) -> Run:
        """Return one run."""
        return self.inner.run(run_id)  # type: ignore[no-any-return]

    def materializations(
        self, asset_key: AssetKey, *, partition: str | None = None, limit: int | None = None
    ) -> Sequence[Event]:
        """Return the history of an asset."""
        found: Sequence[Event] = self.inner.materializations(asset_key, partition=partition, limit=limit)
        return found

    def latest_materializations(
        self, asset_keys: Iterable[AssetKey] | None = None
    ) -> Mapping[AssetKey, Event]:
        """Return the latest materializations."""
        return self.inner.latest_materializations(asset_keys)  # type: ignore[no-any-return]

    def latest_observations(self, asset_keys: Iterable[AssetKey] | None = None) -> Mapping[AssetKey, Event]:
        """Return the latest observations."""
        return self.inner.latest_observations(asset_keys)  # type: ignore[no-any-return]

    def close(self) -> None:
        """Let go of the store."""
        self.inner.close()


class SortsSteps(FaultyStore):
    """The events of a run come sorted by step."""

    kills = "ES-01"

    def events(self, run_id: str) -> Sequence[Event]:
        return sorted(super().events(run_id), key=lambda event: str(event.step_key))


class GivesEveryRun(FaultyStore):
    """The events of all runs of a batch are kept with the first."""

    kills = "ES-01"

    def append(self, events: Sequence[Event]) -> None:
        super().append([event._replace(run_id=events[0].run_id) for event in events])


class ForgetsData(FaultyStore):
    """What belongs to the failures of steps is not kept."""

    kills = "ES-02"

    def append(self, events: Sequence[Event]) -> None:
        failed = EventType.STEP_FAILURE
        super().append([e._replace(data=None) if e.type is failed else e for e in events])


class RoundsTimes(FaultyStore):
    """Times are kept in whole seconds."""

    kills = "ES-02"

    def append(self, events: Sequence[Event]) -> None:
        super().append([event._replace(timestamp=float(int(event.timestamp))) for event in events])


class GivesNoEvents(FaultyStore):
    """A run that nothing is known of has no events."""

    kills = "ES-03"

    def events(self, run_id: str) -> Sequence[Event]:
        try:
            return super().events(run_id)
        except RunNotFoundError:
            return []


class RaisesKeyError(FaultyStore):
    """A run that nothing is known of is a KeyError."""

    kills = "ES-03"

    def run(self, run_id: str) -> Run:
        """Return one run."""
        try:
            return super().run(run_id)
        except RunNotFoundError:
            raise KeyError(run_id) from None


class KeepsWhatItCan(FaultyStore):
    """Of a batch that is refused, what comes before the fault is kept."""

    kills = "ES-04"

    def append(self, events: Sequence[Event]) -> None:
        for event in events:
            super().append([event])


class StartsAgain(FaultyStore):
    """A run that starts a second time is passed over in silence."""

    kills = "ES-04"

    def append(self, events: Sequence[Event]) -> None:
        try:
            super().append(events)
        except RunExistsError:
            return


class SortsRuns(FaultyStore):
    """Runs are sorted by the time that their clock said."""

    kills = "ES-05"

    def runs(self, limit: int | None = None) -> Sequence[Run]:
        return sorted(super().runs(), key=lambda run: -run.started)[:limit]


class NoLimitIsZero(FaultyStore):
    """A limit of zero is taken for none."""

    kills = "ES-05"

    def runs(self, limit: int | None = None) -> Sequence[Run]:
        return super().runs(limit or None)


class CanceledIsFailed(FaultyStore):
    """A run that was canceled has failed."""

    kills = "ES-06"

    def run(self, run_id: str) -> Run:
        run = super().run(run_id)
        canceled = run.status is RunStatus.CANCELED
        return attrs.evolve(run, status=RunStatus.FAILURE) if canceled else run


class EndsLater(FaultyStore):
    """A run that ends in the batch of its start is still running."""

    kills = "ES-06"

    def append(self, events: Sequence[Event]) -> None:
        begun = {event.run_id for event in events if event.type is EventType.RUN_START}
        super().append([e for e in events if not (e.type in ENDS and e.run_id in begun)])


class OldestFirst(FaultyStore):
    """A history begins with what was appended first."""

    kills = "ES-07"

    def materializations(
        self, asset_key: AssetKey, *, partition: str | None = None, limit: int | None = None
    ) -> Sequence[Event]:
        return list(super().materializations(asset_key, partition=partition))[::-1][:limit]


class LimitsFirst(FaultyStore):
    """The limit is counted before the partition is looked at."""

    kills = "ES-08"

    def materializations(
        self, asset_key: AssetKey, *, partition: str | None = None, limit: int | None = None
    ) -> Sequence[Event]:
        found = super().materializations(asset_key, limit=limit)
        return [event for event in found if partition in (None, event.partition)]


class WholeIsAnyPartition(FaultyStore):
    """What was made without a partition is in the history of each."""

    kills = "ES-08"

    def materializations(
        self, asset_key: AssetKey, *, partition: str | None = None, limit: int | None = None
    ) -> Sequence[Event]:
        found = super().materializations(asset_key)
        return [e for e in found if partition is None or e.partition in (None, partition)][:limit]


class LatestByTime(FaultyStore):
    """The latest is what the clock says was last."""

    kills = "ES-09"

    def latest_materializations(
        self, asset_keys: Iterable[AssetKey] | None = None
    ) -> Mapping[AssetKey, Event]:
        latest = super().latest_materializations(asset_keys)
        return {key: max(self.materializations(key), key=lambda event: event.timestamp) for key in latest}


class NoneIsAll(FaultyStore):
    """Asked for no asset, it answers for all."""

    kills = "ES-09"

    def latest_materializations(
        self, asset_keys: Iterable[AssetKey] | None = None
    ) -> Mapping[AssetKey, Event]:
        return super().latest_materializations(list(asset_keys or ()) or None)


class MadeIsSeen(FaultyStore):
    """What was made counts as seen."""

    kills = "ES-10"

    def latest_observations(self, asset_keys: Iterable[AssetKey] | None = None) -> Mapping[AssetKey, Event]:
        keys = None if asset_keys is None else list(asset_keys)
        return {**self.latest_materializations(keys), **super().latest_observations(keys)}


class JoinsKeys(FaultyStore):
    """The parts of keys are joined."""

    kills = "ES-11"

    def append(self, events: Sequence[Event]) -> None:
        """Keep events."""
        joined = [
            event if event.asset_key is None else event._replace(asset_key=AssetKey(str(event.asset_key)))
            for event in events
        ]
        super().append(joined)

    def materializations(
        self, asset_key: AssetKey, *, partition: str | None = None, limit: int | None = None
    ) -> Sequence[Event]:
        """Return the history of an asset."""
        return super().materializations(AssetKey(str(asset_key)), partition=partition, limit=limit)


class GivesItsOwnList(FaultyStore):
    """The list of events that it gives is the one that it goes on with."""

    kills = "ES-12"

    def events(self, run_id: str) -> Sequence[Event]:
        lists = self.__dict__.setdefault("_lists", {})
        lists.setdefault(run_id, [])[:] = super().events(run_id)
        return lists[run_id]  # type: ignore[no-any-return]

    def append(self, events: Sequence[Event]) -> None:
        super().append(events)
        for run_id in self.__dict__.get("_lists", ()):
            self.events(run_id)
