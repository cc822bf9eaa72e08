"""Which partitions of each asset a run makes: from what was asked for one definition to all assets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs

from holdfast.asset_graph import AssetGraph
from holdfast.errors import InvalidInvocationError, UnknownPartitionError, UnknownSelectionError
from holdfast.events import PartitionRecord
from holdfast.keys import AssetKey
from holdfast.partition_edges import Mappings, edge_mapping
from holdfast.partitions.definition import DynamicKeys, PartitionsDefinition, PartitionsSubset
from holdfast.partitions.ranges import PartitionKeyRange

__all__ = ["Moment", "Subsets", "choose_partitions", "requested"]

Subsets = Mapping[AssetKey, PartitionsSubset]
"""By asset, the partitions of it that are meant; assets without partitions are not in it."""


@attrs.frozen
class Moment:
    """The moment of a run, at which every definition has the partitions that it has.

    Attributes:
        time: when.
        dynamic_keys: who knows the keys that were added to dynamic partitions, where somebody does.
        mappings: finds the mappings that edges do not give themselves.
        records: what is recorded of the partitions of an asset.
    """

    time: datetime
    dynamic_keys: DynamicKeys | None
    mappings: Mappings
    records: Callable[[AssetKey], Mapping[str, PartitionRecord]]
    _still: dict[PartitionsDefinition, PartitionsDefinition] = attrs.field(factory=dict, init=False, eq=False)

    def still(self, definition: PartitionsDefinition) -> PartitionsDefinition:
        """Return a definition with its partitions held still."""
        found = self._still.get(definition)
        if found is None:
            found = self._still[definition] = definition.as_of(self.time, self.dynamic_keys)
        return found

    def made(self, key: AssetKey, definition: PartitionsDefinition) -> PartitionsSubset:
        """Return the partitions of an asset that are recorded as made."""
        return self.recorded(key, definition, lambda record: record.made_by is not None)

    def failed(self, key: AssetKey, definition: PartitionsDefinition) -> PartitionsSubset:
        """Return the partitions of an asset that were to be made since they were last made, and failed."""
        return self.recorded(key, definition, lambda record: record.failed_in is not None)

    def recorded(
        self, key: AssetKey, definition: PartitionsDefinition, holds: Callable[[PartitionRecord], bool]
    ) -> PartitionsSubset:
        """Return the partitions of an asset, of those that it can have, whose record is as asked.

        Args:
            key: the asset.
            definition: its partitions.
            holds: says whether a record is.
        """
        keys = (partition for partition, record in self.records(key).items() if holds(record))
        return definition.subset(filter(definition.can_have, keys))


def requested(definition: PartitionsDefinition, partitions: Any) -> PartitionsSubset:
    """Return the partitions of a definition that somebody asks for.

    Args:
        definition: whose partitions are meant, held still.
        partitions: a key; several, in a list or set; a `PartitionKeyRange`; or a `PartitionsSubset`.

    Raises:
        UnknownPartitionError: there is no such partition, or not yet.
        InvalidInvocationError: it is none of these.
    """
    if isinstance(partitions, PartitionsSubset):
        wanted = definition.from_json(partitions.to_json())
    elif isinstance(partitions, PartitionKeyRange):
        wanted = definition.between(partitions)
    elif isinstance(partitions, str):
        return definition.subset([definition.check_key(partitions)])
    elif isinstance(partitions, Iterable):
        wanted = definition.subset(partitions)
    else:
        raise InvalidInvocationError(
            "Partitions are a key, a list of keys, a PartitionKeyRange or a PartitionsSubset, not "
            f"{partitions!r}."
        )
    missing = wanted - definition.all()
    if missing:
        definition.check_key(next(iter(missing)))
    return wanted


def choose_partitions(
    graph: AssetGraph, keys: Collection[AssetKey], partitions: Any, moment: Moment
) -> dict[AssetKey, PartitionsSubset]:
    """Return the partitions of each asset that a run over some assets makes.

    What is asked for is of the first definition, in the order of the graph, that has such partitions, and
    holds for every asset with an equal definition. Of another asset those are meant that depend on what is
    made of the assets it reads, if the rest of what they need is made or recorded as made; or, when none of
    these assets is among them, those that its readers need.

    Args:
        graph: all assets.
        keys: the assets.
        partitions: what was asked for, as of `requested`; or a mapping of such by asset.
        moment: holds definitions still.

    Raises:
        UnknownPartitionError: no definition has such partitions.
        InvalidInvocationError: the partitions of an asset do not follow from those of the others.
    """
    nodes = [node for node in map(graph.nodes.__getitem__, sorted(graph.positions(keys))) if node.partitioned]
    definitions = {node.key: moment.still(_definition(node)) for node in nodes}
    if not nodes:
        raise InvalidInvocationError(
            f"None of the selected assets has partitions, so there is no {partitions!r}. Leave it out."
        )
    if isinstance(partitions, Mapping):
        found = _named(definitions, partitions)
    else:
        anchor, wanted = _anchored(definitions.values(), partitions)
        found = {key: wanted for key, definition in definitions.items() if definition == anchor}
    for node in nodes:
        if node.key not in found:
            edges = [
                (up, mapping)
                for up in graph.parents(node.key)
                if up in found and (mapping := edge_mapping(node, graph[up], moment.mappings)) is not None
            ]
            if edges:
                definition = definitions[node.key]
                below = [mapping.downstream_subset(found[up], definition) for up, mapping in edges]
                wanted = _existing(below, definition)
                for up, mapping in edges:
                    lacking = mapping.upstream_subset(wanted, definitions[up]) - found[up]
                    if lacking:
                        lacking -= moment.made(up, definitions[up])
                        wanted -= mapping.downstream_subset(lacking, definition)
                found[node.key] = wanted
    for node in reversed(nodes):
        if node.key not in found:
            above = [
                mapping.upstream_subset(found[down], definitions[node.key])
                for down in graph.children(node.key)
                if down in found and (mapping := edge_mapping(graph[down], node, moment.mappings)) is not None
            ]
            if not above:
                raise InvalidInvocationError(
                    f"Asset '{node.key}' has other partitions ({definitions[node.key]}), and does not depend "
                    "on the partitions that are asked for. Say which are meant: "
                    f"partitions={{'{node.key}': ...}}."
                )
            found[node.key] = _existing(above, definitions[node.key])
    return {node.key: found[node.key] for node in nodes}


def _definition(node: Any) -> PartitionsDefinition:
    definition: PartitionsDefinition = node.partitions_def
    return definition


def _existing(subsets: Iterable[PartitionsSubset], definition: PartitionsDefinition) -> PartitionsSubset:
    found = definition.none()
    for subset in subsets:
        found |= subset
    return found & definition.all()


def _anchored(
    definitions: Iterable[PartitionsDefinition], partitions: Any
) -> tuple[PartitionsDefinition, PartitionsSubset]:
    problem: UnknownPartitionError | None = None
    for definition in dict.fromkeys(definitions):
        try:
            return definition, requested(definition, partitions)
        except UnknownPartitionError as error:
            problem = problem or error
    assert problem is not None
    raise problem


def _named(
    definitions: Mapping[AssetKey, PartitionsDefinition], partitions: Mapping[Any, Any]
) -> dict[AssetKey, PartitionsSubset]:
    found = {}
    for given, wanted in partitions.items():
        key = AssetKey.from_coercible(given)
        if key not in definitions:
            raise UnknownSelectionError("key", str(key), map(str, definitions))
        found[key] = requested(definitions[key], wanted)
    return found
