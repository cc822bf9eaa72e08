"""Mappings of partitions with several dimensions, dimension by dimension."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import attrs

from holdfast.argument_types import check_type
from holdfast.errors import InvalidDefinitionError, did_you_mean
from holdfast.partitions.definition import PartitionsDefinition, PartitionsSubset
from holdfast.partitions.key_mappings import IdentityPartitionMapping
from holdfast.partitions.mapping import PartitionMapping, SubsetPartitionMapping
from holdfast.partitions.multi import MultiPartitionsDefinition
from holdfast.partitions.products import Product
from holdfast.partitions.time_mapping import TimeWindowPartitionMapping
from holdfast.partitions.time_windows import TimeWindowPartitionsDefinition

__all__ = [
    "DimensionMapping",
    "MultiPartitionMapping",
    "MultiToSingleDimensionPartitionMapping",
    "mapping_by_kind",
]

Link: TypeAlias = tuple[str, str, PartitionMapping | None]
"""The names of an upstream and a downstream dimension, and how their keys belong together."""

_ONLY = ""  # what the dimension of partitions without dimensions is called here


def mapping_by_kind(
    upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition
) -> PartitionMapping:
    """Return how partitions without dimensions belong together: by overlap for time windows, else by key."""
    kinds = (upstream_def, downstream_def)
    if upstream_def != downstream_def and all(isinstance(d, TimeWindowPartitionsDefinition) for d in kinds):
        return TimeWindowPartitionMapping()
    return IdentityPartitionMapping()


@attrs.frozen
class DimensionMapping:
    """How one dimension of downstream partitions depends on an upstream dimension.

    Args:
        dimension: the name of the downstream dimension.
        partition_mapping: how their keys belong together; when ``None``, different time windows by overlap,
            anything else by key.
    """

    dimension: str
    partition_mapping: PartitionMapping | None = None

    def __attrs_post_init__(self) -> None:
        check_type(self.dimension, str, "DimensionMapping: dimension", "the name of a dimension")
        _check_mapping(self.partition_mapping, "DimensionMapping")


def _check_mapping(mapping: object, what: str) -> None:
    check_type(mapping, PartitionMapping | None, f"{what}: partition_mapping", "a PartitionMapping")


class _ByDimension(SubsetPartitionMapping):
    """A mapping made of links between dimensions; along others, every partition depends on every one."""

    def _links(self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition) -> list[Link]:
        raise NotImplementedError

    def finds_several(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> bool:
        """Return whether some upstream dimension is not linked, or linked by a mapping that finds several."""
        if downstream_def is None:
            return True
        above, below = dict(_dimensions(upstream_def)), dict(_dimensions(downstream_def))
        links = self._links(upstream_def, downstream_def)
        return len(links) < len(above) or any(
            (mapping or mapping_by_kind(above[up], below[down])).finds_several(above[up], below[down])
            for up, down, mapping in links
        )

    def upstream_subset(
        self, downstream_subset: PartitionsSubset | None, upstream_def: PartitionsDefinition
    ) -> PartitionsSubset:
        """Return the upstream partitions that some downstream partitions depend on."""
        if downstream_subset is None:
            raise InvalidDefinitionError(f"{type(self).__name__}: what is downstream has no partitions.")
        downstream = dict(_dimensions(downstream_subset.definition))
        links: dict[str, tuple[str, Any]] = {}
        for above, below, mapping in self._links(upstream_def, downstream_subset.definition):
            chosen = mapping or mapping_by_kind(dict(_dimensions(upstream_def))[above], downstream[below])
            links[above] = (below, chosen.upstream_subset)
        return _carried(downstream_subset, upstream_def, links)

    def downstream_subset(
        self, upstream_subset: PartitionsSubset, downstream_def: PartitionsDefinition
    ) -> PartitionsSubset:
        """Return the downstream partitions that depend on some upstream partitions."""
        upstream = dict(_dimensions(upstream_subset.definition))
        links: dict[str, tuple[str, Any]] = {}
        for above, below, mapping in self._links(upstream_subset.definition, downstream_def):
            chosen = mapping or mapping_by_kind(upstream[above], dict(_dimensions(downstream_def))[below])
            links[below] = (above, chosen.downstream_subset)
        return _carried(upstream_subset, downstream_def, links)

    def check_pair(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> None:
        """Accept partitions whose linked dimensions can be mapped."""
        if downstream_def is None:
            raise InvalidDefinitionError(f"{type(self).__name__}: what is downstream has no partitions.")
        sides = dict(_dimensions(upstream_def)), dict(_dimensions(downstream_def))
        for above, below, mapping in self._links(upstream_def, downstream_def):
            if mapping is not None:
                mapping.check_pair(sides[0][above], sides[1][below])


@attrs.frozen
class MultiToSingleDimensionPartitionMapping(_ByDimension):
    """Between partitions with dimensions and partitions like one of these, whichever is upstream.

    Each belongs together with all that have its key in that dimension.

    Args:
        dimension: the name of the dimension; when ``None``, the one with the other side's definition.
        partition_mapping: how keys belong together; when ``None``, different time windows by overlap,
            anything else by key.
    """

    dimension: str | None = None
    partition_mapping: PartitionMapping | None = None

    def __attrs_post_init__(self) -> None:
        what = type(self).__name__
        check_type(self.dimension, str | None, f"{what}: dimension", "the name of a dimension")
        _check_mapping(self.partition_mapping, what)

    def _links(self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition) -> list[Link]:
        sides = (upstream_def, downstream_def)
        multi = [side for side in sides if isinstance(side, MultiPartitionsDefinition)]
        if len(multi) != 1:
            raise InvalidDefinitionError(
                "MultiToSingleDimensionPartitionMapping is between partitions with dimensions and partitions "
                f"without, not between {upstream_def} and {downstream_def}."
            )
        single = downstream_def if multi[0] is upstream_def else upstream_def
        name = self.dimension
        if name is None:
            same = [name for name, definition in multi[0].dimensions if definition == single]
            if len(same) != 1:
                raise InvalidDefinitionError(
                    f"MultiToSingleDimensionPartitionMapping: {len(same)} of {multi[0]} are {single}. "
                    "Name the one that is meant with dimension=..."
                )
            name = same[0]
        _check_dimension(name, multi[0])
        ends = (name, _ONLY) if multi[0] is upstream_def else (_ONLY, name)
        return [(*ends, self.partition_mapping)]


def _dimension_mappings(
    dimensions: Mapping[str, DimensionMapping],
) -> tuple[tuple[str, DimensionMapping], ...]:
    where = "MultiPartitionMapping"
    if not isinstance(dimensions, Mapping) or not dimensions:
        raise InvalidDefinitionError(
            f"{where}: give a DimensionMapping by upstream dimension, not {dimensions!r}."
        )
    for mapped in dimensions.values():
        if not isinstance(mapped, DimensionMapping):
            raise InvalidDefinitionError(f"{where}: {mapped!r} is no DimensionMapping.")
    below = [mapped.dimension for mapped in dimensions.values()]
    if len(set(below)) < len(below):
        raise InvalidDefinitionError(f"{where}: a downstream dimension is mapped twice: {', '.join(below)}.")
    return tuple(sorted(dimensions.items()))


@attrs.frozen
class MultiPartitionMapping(_ByDimension):
    """Between partitions with dimensions, dimension by dimension.

    Along dimensions of either side that are not mapped, every partition depends on every one.

    Args:
        dimensions: by the name of an upstream dimension, how a downstream dimension depends on it.

    Raises:
        InvalidDefinitionError: there is none, or a downstream dimension is mapped twice.
    """

    dimensions: Any = attrs.field(converter=_dimension_mappings)

    def _links(self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition) -> list[Link]:
        for side in (upstream_def, downstream_def):
            if not isinstance(side, MultiPartitionsDefinition):
                raise InvalidDefinitionError(
                    f"MultiPartitionMapping is between partitions with dimensions, which {side} have not."
                )
        for above, mapped in self.dimensions:
            _check_dimension(above, upstream_def)
            _check_dimension(mapped.dimension, downstream_def)
        return [(above, mapped.dimension, mapped.partition_mapping) for above, mapped in self.dimensions]


def _dimensions(definition: PartitionsDefinition) -> tuple[tuple[str, PartitionsDefinition], ...]:
    if isinstance(definition, MultiPartitionsDefinition):
        return definition.dimensions
    return ((_ONLY, definition),)


def _check_dimension(name: str, definition: PartitionsDefinition) -> None:
    known = dict(_dimensions(definition))
    if name not in known:
        raise InvalidDefinitionError(f"{definition} have no dimension '{name}'.{did_you_mean(name, known)}")


def _carried(
    subset: PartitionsSubset, target: PartitionsDefinition, links: Mapping[str, tuple[str, Any]]
) -> PartitionsSubset:
    """Return what of the target belongs to a subset.

    ``links`` has, by dimension of the target, the dimension of the subset it is linked to and the function
    that maps subsets of that.
    """
    sources = _dimensions(subset.definition)
    places = {name: place for place, (name, _) in enumerate(sources)}
    many = isinstance(subset.members, Product)
    boxes = []
    for box in subset.members.boxes() if many else [(subset.members,)] if subset else []:
        axes = []
        for name, definition in _dimensions(target):
            if name in links:
                source, carry = links[name]
                place = places[source]
                axes.append(carry(PartitionsSubset(sources[place][1], box[place]), definition).members)
            else:
                axes.append(definition.existing())
        boxes.append(tuple(axes))
    if isinstance(target, MultiPartitionsDefinition):
        return PartitionsSubset(target, Product.union(Product.box(axes) for axes in boxes))
    found = target.none().members
    for (axis,) in boxes:
        found = found | axis
    return PartitionsSubset(target, found)
