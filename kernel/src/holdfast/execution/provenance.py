"""What a run's assets are made of: the versions of their code and of the assets they read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set

from holdfast.events import Event, EventType, PartitionRecord
from holdfast.interfaces import EventStore
from holdfast.keys import AssetKey
from holdfast.partitions.definition import PartitionsSubset
from holdfast.plan import Plan, Step
from holdfast.versions import (
    CODE_VERSION,
    INPUT_EVENT,
    INPUT_VERSION,
    LOGICAL_VERSION,
    NO_VERSION,
    derived_version,
)

__all__ = ["Provenance", "Used", "latest_used"]

Used = tuple[str, str]
"""A version of an asset, and the run that recorded it, ``""`` for none."""

Place = int | tuple[int, str]
"""The position of an asset in the graph, with the partition that is meant, if it has some."""

_NOTHING: Used = (NO_VERSION, "")
_MADE = EventType.ASSET_MATERIALIZATION


class Provenance:
    """Knows which versions of assets the steps of a run use, and says so in the tags of what they make.

    Args:
        plan: the steps.
        store: gives the event store, which is asked once, and only if need be, for the assets that the run
            reads and does not make. A worker process need not ask: it is told with each step.
    """

    def __init__(self, plan: Plan, store: Callable[[], EventStore]) -> None:
        self._plan = plan
        self._graph = plan.graph
        self._upstream = plan.graph.adjacency.upstream
        self._store = store
        self._asked = False
        self._used: dict[Place, Used] = {}
        self._labels: dict[int, tuple[str, str, str]] = {}  # each asset may be read many times
        self._records: dict[int, Mapping[str, PartitionRecord]] = {}

    def tags_of(
        self, step: Step, asset_key: AssetKey, run_id: str, partitions: PartitionsSubset | None = None
    ) -> dict[str, str]:
        """Return the tags of an asset that a step has just made; remember its version.

        Args:
            step: the step.
            asset_key: the asset.
            run_id: the run; it stands for the version of code that has none.
            partitions: the partitions of the asset that it made.
        """
        version = step.op.version if len(step.path) == 1 else None  # of a whole graph no code has the version
        tags = {} if version is None else {CODE_VERSION: version}
        made_of = [version or run_id]
        position = self._graph.find(asset_key)
        for up in () if position is None else self._upstream[position]:
            input_version, input_run = self._used.get(up) or self._of(up, step, made_of[0])
            name, version_label, run_label = self._labels.get(up) or self._label(up)
            made_of += (name, input_version)
            tags[version_label] = input_version
            if input_run:
                tags[run_label] = input_run
        if partitions is not None and position is not None and self._reads_itself(position):
            earlier = _read_partitions(step, asset_key)
            name, version_label, _ = self._label(position)
            tags[version_label] = input_version = self._of_partitions(position, earlier)[0]
            made_of += (name, input_version)
        tags[LOGICAL_VERSION] = derived = derived_version(made_of)
        if position is not None:
            for place in (position,) if partitions is None else ((position, key) for key in partitions):
                self._used[place] = derived, run_id
        return tags

    def heard(self, events: Sequence[Event]) -> None:
        """Hear what steps in other processes made."""
        for event in events:
            if event.type is _MADE and event.asset_key is not None and LOGICAL_VERSION in event.data.tags:
                used = event.data.tags[LOGICAL_VERSION], event.run_id
                self.told({(event.asset_key, event.partition): used})

    def used_by(self, step: Step) -> dict[tuple[AssetKey, str | None], Used]:
        """Return the versions that a step uses, for the worker that runs it."""
        positions = {up for key in step.assets for up in self._above(key)}
        own = {position for key in step.selected if (position := self._graph.find(key)) is not None}
        positions = (positions - own) | set(filter(self._reads_itself, own))
        used: dict[tuple[AssetKey, str | None], Used] = {}
        for up in positions:
            node = self._graph.nodes[up]
            if node.partitions_def is None:
                used[node.key, None] = self._used.get(up) or self._of(up, step, "")
            for partition in _read_partitions(step, node.key) or ():
                used[node.key, partition] = self._of_partition(up, partition)
        return used

    def told(self, used: Mapping[tuple[AssetKey, str | None], Used]) -> None:
        """Hear, in a worker, which versions a step uses."""
        for (key, partition), version in used.items():
            position = self._graph.find(key)
            if position is not None:
                self._used[position if partition is None else (position, partition)] = version

    def _reads_itself(self, position: int) -> bool:
        node = self._graph.nodes[position]
        return node.key in node.upstream

    def _label(self, position: int) -> tuple[str, str, str]:
        name = self._graph.nodes[position].key.to_user_string()
        labels = self._labels[position] = name, INPUT_VERSION + name, INPUT_EVENT + name
        return labels

    def _above(self, key: AssetKey) -> Sequence[int]:
        position = self._graph.find(key)
        return () if position is None else self._upstream[position]

    def _of(self, position: int, step: Step, code: str) -> Used:
        node = self._graph.nodes[position]
        if node.key in step.selected:  # made by this step, perhaps later
            made_of = [code]
            for up in self._upstream[position]:
                made_of += (self._label(up)[0], (self._used.get(up) or self._of(up, step, code))[0])
            return derived_version(made_of), ""
        if node.partitions_def is not None:
            return self._of_partitions(position, _read_partitions(step, node.key))
        if not self._asked:
            used, self._used = self._used, {}
            recorded = self._recorded(self._store())
            self.told({(key, None): version for key, version in recorded.items()})
            self._used.update(used)
            self._asked = True
        return self._used.get(position, _NOTHING)

    def _of_partitions(self, position: int, partitions: PartitionsSubset | None) -> Used:
        if not partitions:
            return _NOTHING
        if partitions.only_key is not None:
            return self._of_partition(position, partitions.only_key)
        made_of = [text for key in partitions for text in (key, self._of_partition(position, key)[0])]
        return derived_version(made_of), ""

    def _of_partition(self, position: int, partition: str) -> Used:
        known = self._used.get((position, partition))
        if known is not None:
            return known
        records = self._records.get(position)
        if records is None:
            records = self._store().partitions(self._graph.nodes[position].key)
            self._records[position] = records
        record = records.get(partition)
        if record is None or record.made_by is None:
            return _NOTHING
        return record.version or record.made_by, record.made_by

    def _recorded(self, store: EventStore) -> dict[AssetKey, Used]:
        made = set(self._plan.assets)
        read = self._graph.keys_at(up for key in made for up in self._above(key)) - made
        return latest_used(store, read, self._graph.source_keys)


def _read_partitions(step: Step, key: AssetKey) -> PartitionsSubset | None:
    return next(
        (source.partitions for inp in step.inputs for source in inp.stored if source.asset_key == key), None
    )


def latest_used(store: EventStore, keys: Set[AssetKey], sources: Set[AssetKey]) -> dict[AssetKey, Used]:
    """Return the latest version of each asset of which something is recorded.

    Args:
        store: where it is recorded.
        keys: the assets.
        sources: those among all assets that are made elsewhere: what was seen of them comes first.
    """
    made = store.latest_materializations(keys)
    # What has no version of its own counts as new each time it is made.
    used = {key: _used(event, event.run_id) for key, event in made.items()}
    observed = keys & sources
    if observed:
        seen = store.latest_observations(observed)
        used.update((key, _used(event, NO_VERSION)) for key, event in seen.items())
    return used


def _used(event: Event, otherwise: str) -> Used:
    return event.data.tags.get(LOGICAL_VERSION, otherwise), event.run_id
