"""The sensor that asks for the assets that are missing, behind what they are made of, or about to be late."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

import attrs

from holdfast.asset_graph import AssetGraph
from holdfast.definitions.tags import check_tags
from holdfast.errors import InvariantViolationError
from holdfast.events import Event
from holdfast.interfaces import EventStore
from holdfast.keys import AssetKey
from holdfast.lateness import DataTimes, freshness_policy, moment
from holdfast.run_request import RunRequest
from holdfast.selection import AssetSelection
from holdfast.sensors import (
    DefaultSensorStatus,
    SensorDefinition,
    SensorEvaluationContext,
    SkipReason,
)
from holdfast.versions import INPUT_EVENT, INPUT_VERSION

__all__ = ["build_asset_reconciliation_sensor"]


def build_asset_reconciliation_sensor(
    asset_selection: AssetSelection,
    name: str = "asset_reconciliation_sensor",
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    run_tags: Mapping[str, str] | None = None,
) -> SensorDefinition:
    """Return a sensor that asks for assets that are to be made.

    Of the selected assets it asks for those that were never made, those that something they read was made
    after, and those that read what it asks for; each once all it reads is there. An asset with a freshness
    policy, and what such an asset is made of, it asks for when the policy would be broken otherwise. It does
    not ask twice for the same reason: its cursor remembers what it asked for.

    Args:
        asset_selection: the assets.
        name: the sensor's name.
        minimum_interval_seconds: how many seconds to wait at least before it is evaluated again.
        description: what it is for.
        default_status: whether a scheduler that finds it evaluates it from the start.
        run_tags: tags of the runs that it asks for.

    Raises:
        InvalidNameError: the name breaks the naming rule.
        InvalidDefinitionError: another argument is of the wrong type.
    """
    what = f"sensor '{name}'"
    tags = check_tags(run_tags, what)

    def reconcile(context: SensorEvaluationContext) -> list[RunRequest] | SkipReason:
        graph: AssetGraph = context.repository_def.graph
        asked = _read_cursor(context.cursor, what)
        selected = asset_selection.resolve(graph) - graph.source_keys
        now = context.evaluation_time
        look = _Look(graph, context.instance.event_store, selected, asked, now)
        wanted = look.wanted()
        if not wanted:
            return SkipReason("Every selected asset is up to date, was asked for, or waits for others.")
        asked.update((key, _Asked(now.timestamp(), look.newest_input(key))) for key in wanted)
        context.update_cursor(_write_cursor({key: asked[key] for key in asked if key in graph.asset_keys}))
        return [RunRequest(tags=tags, asset_selection=graph.sorted(wanted))]

    return SensorDefinition(
        name,
        evaluation_fn=reconcile,
        minimum_interval_seconds=minimum_interval_seconds,
        description=description,
        default_status=default_status,
        asset_selection=asset_selection,
    )


@attrs.frozen
class _Asked:
    """When an asset was asked for, and how new what it reads was then, in seconds since the epoch, UTC."""

    at: float
    input: float


def _read_cursor(text: str | None, what: str) -> dict[AssetKey, _Asked]:
    try:
        entries = json.loads(text) if text else []
        return {AssetKey(path): _Asked(float(at), float(newest)) for path, at, newest in entries}
    except (TypeError, ValueError) as error:
        raise InvariantViolationError(
            f"{what}: {text!r} is no cursor of an asset reconciliation sensor. Give the one that it left the "
            "last time, or none."
        ) from error


def _write_cursor(asked: Mapping[AssetKey, _Asked]) -> str:
    return json.dumps([(key.path, each.at, each.input) for key, each in sorted(asked.items())])


@attrs.frozen(eq=False, slots=False)
class _Look:
    """What one look at the event store finds."""

    graph: AssetGraph
    store: EventStore
    selected: frozenset[AssetKey]
    asked: Mapping[AssetKey, _Asked]
    now: datetime

    def wanted(self) -> set[AssetKey]:
        """Return the assets to ask for."""
        wanted: set[AssetKey] = set()
        for key in self.graph.sorted(self.selected):
            parents = [parent for parent in self.graph.parents(key) if not self.graph[parent].is_source]
            if any(parent not in self._made and parent not in wanted for parent in parents):
                continue
            if key in self._late or (
                key not in self._on_time_alone and (self._has_a_reason(key) or not wanted.isdisjoint(parents))
            ):
                wanted.add(key)
        for key in tuple(wanted):
            definition = self.graph[key].definition
            if not definition.can_subset:
                wanted |= definition.keys  # they are made together
        return wanted

    def newest_input(self, key: AssetKey) -> float:
        """Return when the newest of what an asset reads was made or seen, 0 when nothing was."""
        read = (self._recorded(parent) for parent in self.graph.parents(key))
        return max((event.timestamp for event in read if event is not None), default=0.0)

    def _has_a_reason(self, key: AssetKey) -> bool:
        made, asked = self._made.get(key), self.asked.get(key)
        if made is None:
            return asked is None or self.newest_input(key) > asked.input
        newer = [event.timestamp for event in self._unused(key, made)]
        return bool(newer) and (asked is None or max(newer) > asked.input)

    def _unused(self, key: AssetKey, made: Event) -> Iterable[Event]:
        """Yield what an asset reads as it is now, where the asset was made of what was there before."""
        tags = made.data.tags
        for parent in self.graph.parents(key):
            event = self._recorded(parent)
            if event is None:
                continue
            used = tags.get(f"{INPUT_EVENT}{parent}")
            if used is None:
                unused = event.timestamp > made.timestamp
            elif self.graph[parent].is_source:
                version = event.logical_version
                unused = version is not None and version.value != tags.get(f"{INPUT_VERSION}{parent}")
            else:
                unused = event.run_id != used
            if unused:
                yield event

    def _recorded(self, key: AssetKey) -> Event | None:
        return (self._seen if self.graph[key].is_source else self._made).get(key)

    @cached_property
    def _times(self) -> DataTimes:
        return DataTimes(self.graph, self.store)

    @property
    def _made(self) -> Mapping[AssetKey, Event]:
        return self._times.latest

    @cached_property
    def _seen(self) -> Mapping[AssetKey, Event]:
        return self.store.latest_observations(self.graph.source_keys)

    # -- freshness policies --------------------------------------------------------------------------

    @cached_property
    def _policies(self) -> dict[AssetKey, Any]:
        found = {key: freshness_policy(self.graph, key) for key in self.graph.asset_keys}
        return {key: policy for key, policy in found.items() if policy is not None}

    @cached_property
    def _on_time_alone(self) -> frozenset[AssetKey]:
        """The assets that policies speak for: those that have one, and what these are made of."""
        graph = self.graph
        return graph.keys_at(graph.adjacency.above(graph.positions(self._policies)))

    @cached_property
    def _late(self) -> set[AssetKey]:
        """The selected assets without which a policy is broken."""
        late = set()
        for key, policy in self._policies.items():
            for needed in ({key} | self.graph.ancestors(key)) & self.selected:
                times = self._expected(needed)
                minutes = policy.minutes_late(
                    self.now, times, {root: self._available(root) for root in times}
                )
                if minutes is None or minutes > 0:
                    late.add(needed)
        return late

    def _expected(self, key: AssetKey) -> dict[AssetKey, datetime | None]:
        """Return the times of the data in an asset, once the runs that were asked for have come."""
        asked = self.asked.get(key)
        times = self._times.used(key)
        if asked is not None:
            times = {root: max(at or 0.0, asked.at) for root, at in times.items()}
        return {root: moment(at) for root, at in times.items()}

    def _available(self, root: AssetKey) -> datetime | None:
        if root in self.selected:
            return self.now
        made = self._made.get(root)
        return None if made is None else moment(made.timestamp)
