"""How far assets are behind their freshness policies, as the event store tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone

import attrs

from holdfast.asset_graph import AssetGraph
from holdfast.events import Event
from holdfast.freshness import FreshnessPolicy
from holdfast.instance import Instance
from holdfast.interfaces import EventStore
from holdfast.keys import AssetKey, CoercibleToAssetKey
from holdfast.versions import INPUT_EVENT

__all__ = ["DataTimes", "FreshnessStatus", "freshness_policy", "freshness_status", "moment"]

RootTimes = Mapping[AssetKey, float | None]
"""By root, up to when its data is in an asset, in seconds since the epoch, UTC; ``None`` where none is.

A root is an asset that reads no other, source assets apart: what it reads is as new as its making.
"""


@attrs.frozen
class FreshnessStatus:
    """How far an asset is behind its freshness policy.

    Attributes:
        asset_key: the asset.
        policy: its freshness policy.
        evaluation_time: as of when.
        used_data_times: for each root, up to when its data is in the asset; ``None`` where none is.
    """

    asset_key: AssetKey
    policy: FreshnessPolicy
    evaluation_time: datetime
    used_data_times: Mapping[AssetKey, datetime | None]

    @property
    def minutes_late(self) -> float | None:
        """By how many minutes it is late, 0 when it is in time, ``None`` when it lacks data of a root."""
        now = self.evaluation_time
        return self.policy.minutes_late(now, self.used_data_times, dict.fromkeys(self.used_data_times, now))


def freshness_status(
    graph: AssetGraph,
    instance: Instance,
    asset_keys: Iterable[CoercibleToAssetKey] | None = None,
    evaluation_time: datetime | None = None,
) -> dict[AssetKey, FreshnessStatus]:
    """Return how far assets are behind their freshness policies.

    Args:
        graph: the assets.
        instance: where their materializations are recorded.
        asset_keys: only these of the assets that have a policy; all by default.
        evaluation_time: as of when; now by default. A time without a zone is in UTC.

    Raises:
        UnknownSelectionError: there is no such asset.
    """
    now = evaluation_time or datetime.now(timezone.utc)
    times = DataTimes(graph, instance.event_store)
    return {
        key: FreshnessStatus(key, policy, now, {root: moment(at) for root, at in times.used(key).items()})
        for key in graph.sorted(graph.asset_keys if asset_keys is None else asset_keys)
        if (policy := freshness_policy(graph, key)) is not None
    }


def freshness_policy(graph: AssetGraph, key: AssetKey) -> FreshnessPolicy | None:
    """Return the freshness policy of an asset, ``None`` when it has none or is a source asset."""
    node = graph[key]
    policy: FreshnessPolicy | None = None
    if not node.is_source:
        policy = node.definition.freshness_policies_by_key.get(key)
    return policy


@attrs.frozen
class _Made:
    """An asset, by its position in the graph, as one event made it; ``None`` for one that was never made."""

    position: int
    event: Event | None = attrs.field(eq=lambda event: event and (event.run_id, event.timestamp))


class DataTimes:
    """Finds up to when the data of roots is in assets.

    Each materialization says which runs made its inputs. Where one does not, the latest materialization of
    the input before it is meant.

    Args:
        graph: the assets.
        store: where their materializations are recorded.

    Attributes:
        latest: the latest materialization of each asset that has one.
    """

    def __init__(self, graph: AssetGraph, store: EventStore) -> None:
        self._graph = graph
        self._store = store
        self.latest = store.latest_materializations(graph.asset_keys)
        self._histories: dict[AssetKey, Sequence[Event]] = {}
        self._used: dict[_Made, RootTimes] = {}

    def used(self, key: AssetKey) -> RootTimes:
        """Return up to when the data of each root is in an asset, as it was made last."""
        wanted = _Made(self._graph.position(key), self.latest.get(key))
        inputs: dict[_Made, list[_Made]] = {}
        pending = [wanted]
        while pending:
            made = pending.pop()
            if made not in inputs and made not in self._used:
                inputs[made] = self._inputs(made)
                pending += inputs[made]
        for made in sorted(inputs, key=lambda made: made.position):  # each after its inputs
            self._used[made] = self._merged(made, inputs[made])
        return self._used[wanted]

    def _inputs(self, made: _Made) -> list[_Made]:
        nodes = self._graph.nodes
        upstream = self._graph.adjacency.upstream[made.position]
        return [
            _Made(up, self._input(made.event, nodes[up].key)) for up in upstream if not nodes[up].is_source
        ]

    def _input(self, event: Event | None, key: AssetKey) -> Event | None:
        latest = self.latest.get(key)
        if event is None or latest is None:
            return None
        told = event.data.tags.get(f"{INPUT_EVENT}{key}")
        run_id = told or event.run_id  # what one step makes together does not wait to be recorded
        if run_id == latest.run_id or (told is None and latest.timestamp <= event.timestamp):
            return latest
        if key not in self._histories:
            self._histories[key] = self._store.materializations(key)
        history = self._histories[key]
        meant = (each for each in history if each.run_id == run_id)
        before = (each for each in history if each.timestamp <= event.timestamp)
        return next(meant, None) or next(before, None)

    def _merged(self, made: _Made, inputs: Sequence[_Made]) -> RootTimes:
        if not inputs:
            root = self._graph.nodes[made.position].key
            return {root: None if made.event is None else made.event.timestamp}
        times: dict[AssetKey, float | None] = {}
        for each in inputs:
            for root, at in self._used[each].items():
                known = times.setdefault(root, at)
                times[root] = None if known is None or at is None else min(known, at)
        return times


def moment(timestamp: float | None) -> datetime | None:
    """Return a time in seconds since the epoch as a `datetime` in UTC."""
    return None if timestamp is None else datetime.fromtimestamp(timestamp, timezone.utc)
