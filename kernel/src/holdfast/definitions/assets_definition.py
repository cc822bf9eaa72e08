"""A computation and the assets it makes and reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from holdfast.argument_types import is_flag
from holdfast.asset_node import AssetNode
from holdfast.definitions.assets_arguments import (
    check_assets,
    check_deps,
    check_freshness,
    check_groups,
    check_keys,
    check_metadata,
    check_partitions,
    to_asset_keys,
    to_deps,
    to_keys_by_name,
    to_own_resources,
    to_values_by_key,
)
from holdfast.definitions.assets_from_node import AssetsOfNode
from holdfast.definitions.direct_call import call_directly
from holdfast.definitions.function import place_of
from holdfast.definitions.node_graph import NodeGraph
from holdfast.definitions.op import OpDefinition
from holdfast.definitions.resource import ResourceDefinition
from holdfast.definitions.source_asset import SourceAsset
from holdfast.errors import (
    InvalidDefinitionError,
    InvalidSubsetError,
    InvariantViolationError,
    ResourceConflictError,
)
from holdfast.keys import (
    AssetKey,
    CoercibleToAssetKey,
    CoercibleToKeyPrefix,
    key_prefix_parts,
)
from holdfast.lazy import lazy
from holdfast.partitions.definition import PartitionsDefinition
from holdfast.partitions.mapping import PartitionMapping

if TYPE_CHECKING:  # 15 ms to import, and most assets have no policy
    from holdfast.freshness import FreshnessPolicy

__all__ = ["DEFAULT_GROUP", "AssetsDefinition"]

DEFAULT_GROUP = "default"
"""The group of an asset that names none."""


@attrs.frozen(eq=False, slots=False, kw_only=True)
class AssetsDefinition(AssetsOfNode):
    """A computation and the assets it makes and reads.

    Made by `asset` and `multi_asset`, or from a graph or computation that exists already.

    Wherever it takes a key, a string (a key of one part) or a sequence of strings will do.

    Args:
        keys_by_input_name: the upstream asset of each input. One that is not named takes its default, or what
            the run config gives it.
        keys_by_output_name: the asset that each output is. An output that is not named is no asset.
        node_def: the computation, or the graph of computations.
        partitions_def: its assets' partitions, if they have any.
        partition_mappings: by the key of an asset it reads, how partitions depend on that asset's: mappings,
            or names of mappings that plugins provide; by default as `default_mapping` says.
        asset_deps: what each asset depends on; by default each on every input.
        selected_asset_keys: the assets to make; by default all.
        can_subset: whether the computation can make some of its assets without the others.
        resource_defs: resources of its own.
        group_names_by_key: the group of each asset.
        metadata_by_key: the metadata of each asset.
        freshness_policies_by_key: how old the data of each asset may be.
    """

    keys_by_input_name: Mapping[str, AssetKey] = attrs.field(converter=to_keys_by_name)
    node_keys_by_output_name: Mapping[str, AssetKey] = attrs.field(
        converter=to_keys_by_name, alias="keys_by_output_name"
    )
    node_def: OpDefinition | NodeGraph
    partitions_def: PartitionsDefinition | None = None
    partition_mappings: Mapping[AssetKey, PartitionMapping | str] = attrs.field(
        default=None, converter=to_values_by_key
    )
    _asset_deps: Mapping[AssetKey, frozenset[AssetKey]] | None = attrs.field(
        default=None, converter=to_deps, alias="asset_deps"
    )
    _selected_asset_keys: frozenset[AssetKey] | None = attrs.field(
        default=None, converter=to_asset_keys, alias="selected_asset_keys"
    )
    can_subset: bool = attrs.field(default=False, validator=is_flag)
    resource_defs: Mapping[str, ResourceDefinition] = attrs.field(default=None, converter=to_own_resources)
    _group_names_by_key: Mapping[AssetKey, str] = attrs.field(
        default=None, converter=to_values_by_key, alias="group_names_by_key"
    )
    _metadata_by_key: Mapping[AssetKey, Mapping[str, Any]] = attrs.field(
        default=None, converter=to_values_by_key, alias="metadata_by_key"
    )
    freshness_policies_by_key: Mapping[AssetKey, FreshnessPolicy] = attrs.field(
        default=None, converter=to_values_by_key
    )

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.node_def, OpDefinition | NodeGraph):
            raise InvalidDefinitionError(f"{self!r}: node_def is an op or a graph, not {self.node_def!r}.")
        outputs = self.node_keys_by_output_name
        check_assets(self._where, self.node_def, self.keys_by_input_name, outputs)
        made = outputs.values()
        if self._selected_asset_keys is not None:
            check_keys(self._where, "selected_asset_keys", self._selected_asset_keys, made)
        if self._group_names_by_key:
            check_groups(self._where, self._group_names_by_key, made)
        if self._metadata_by_key:
            check_metadata(self._where, self._metadata_by_key, made)
        if self.freshness_policies_by_key:
            check_freshness(self._where, self.freshness_policies_by_key, made)
        if self.partitions_def is not None or self.partition_mappings:
            check_partitions(self._where, self)
        if self._asset_deps is not None:
            check_deps(self._where, self._asset_deps, made, self.dependency_keys)

    def _where(self) -> str:
        return f"{self!r} ({self.place})"

    # -- what it makes and reads ---------------------------------------------------------------------

    @property
    def op(self) -> OpDefinition:
        """The computation.

        Raises:
            InvalidDefinitionError: its assets are made by a graph of computations.
        """
        if not isinstance(self.node_def, OpDefinition):
            raise InvalidDefinitionError(f"{self!r} is made by {self.node_def!r}; use its node_def.")
        return self.node_def

    @property
    def keys(self) -> frozenset[AssetKey]:
        """The assets it makes: all of its outputs, or those selected by `subset_for`."""
        if self._selected_asset_keys is not None:
            return self._selected_asset_keys
        return frozenset(self.node_keys_by_output_name.values())

    @property
    def keys_by_output_name(self) -> Mapping[str, AssetKey]:
        """The asset that each output is, of those it makes."""
        outputs, selected = self.node_keys_by_output_name, self._selected_asset_keys
        return (
            outputs if selected is None else {name: key for name, key in outputs.items() if key in selected}
        )

    @property
    def group_names_by_key(self) -> Mapping[AssetKey, str]:
        """The group of each asset."""
        groups = self._group_names_by_key
        return {key: groups.get(key, DEFAULT_GROUP) for key in self.keys_by_output_name.values()}

    @property
    def metadata_by_key(self) -> Mapping[AssetKey, Mapping[str, Any]]:
        """The metadata of each asset: that of its output, and on top what is given for the asset."""
        return {key: self.metadata_of(name) for name, key in self.node_keys_by_output_name.items()}

    def metadata_of(self, output_name: str) -> Mapping[str, Any]:
        """Return the metadata of the asset that an output is."""
        metadata = self.node_def.outs[output_name].metadata
        if not self._metadata_by_key:
            return metadata
        given = self._metadata_by_key.get(self.node_keys_by_output_name[output_name])
        return metadata if given is None else {**metadata, **given}

    @property
    def key(self) -> AssetKey:
        """The asset it makes.

        Raises:
            InvalidDefinitionError: it makes several.
        """
        if len(self.keys_by_output_name) != 1:
            raise InvalidDefinitionError(
                f"{self!r} makes {len(self.keys_by_output_name)} assets; use its keys instead of its key."
            )
        return next(iter(self.keys_by_output_name.values()))

    @property
    def dependency_keys(self) -> frozenset[AssetKey]:
        """The assets it reads or waits for."""
        return frozenset(self.keys_by_input_name.values())

    @property
    def asset_deps(self) -> Mapping[AssetKey, frozenset[AssetKey]]:
        """What each of its assets depends on: inputs, or assets that it makes itself."""
        if self._asset_deps is not None:
            return self._asset_deps
        upstream = self.dependency_keys
        return dict.fromkeys(self.keys_by_output_name.values(), upstream)

    def get_partition_mapping(self, in_asset_key: CoercibleToAssetKey) -> PartitionMapping | str | None:
        """Return how its partitions depend on those of an asset it reads; ``None`` when it does not say."""
        return self.partition_mappings.get(AssetKey.from_coercible(in_asset_key))

    @lazy
    def orders_apart(self) -> bool:
        """Whether its assets wait for others than exactly those it loads."""
        ordering_only = any(inp.orders_only for inp in self.node_def.ins.values())
        return ordering_only or self._asset_deps is not None

    @property
    def required_resource_keys(self) -> frozenset[str]:
        """The resources that it needs: its computation's, and the IO managers of its outputs and inputs."""
        node = self.node_def
        keys = set(node.required_resource_keys)
        for op in (node,) if isinstance(node, OpDefinition) else node.ops:
            keys.update(out.io_manager_key for out in op.outs.values())
            keys.update(inp.input_manager_key for inp in op.ins.values() if inp.input_manager_key)
        return frozenset(keys)

    @lazy
    def place(self) -> str:
        """Where its function is defined, as ``file:line``."""
        node = self.node_def
        return place_of(node.compute_fn) if isinstance(node, OpDefinition) else node.place

    def asset_nodes(self) -> Iterable[AssetNode]:
        """Return what an `AssetGraph` holds of each of its assets."""
        return self._asset_nodes

    @lazy
    def _asset_nodes(self) -> Iterable[AssetNode]:
        return tuple(self._nodes())  # a definition may be put into many graphs

    def _nodes(self) -> Iterator[AssetNode]:
        place, tags = self.place, self.node_def.tags
        common = tuple(dict.fromkeys(self.keys_by_input_name.values()))
        groups = self._group_names_by_key
        for key in self.keys_by_output_name.values():
            yield AssetNode(
                key,
                common if self._asset_deps is None else self._ordered(self._asset_deps[key]),
                groups.get(key, DEFAULT_GROUP),
                tags.get("kind"),
                tags,
                False,
                place,
                self,
                self.partitions_def,
            )

    def _ordered(self, upstream: Collection[AssetKey]) -> tuple[AssetKey, ...]:
        known = dict.fromkeys((*self.keys_by_input_name.values(), *self.node_keys_by_output_name.values()))
        return tuple(key for key in known if key in upstream)

    # -- changed copies ------------------------------------------------------------------------------

    def subset_for(self, keys: Collection[AssetKey]) -> AssetsDefinition:
        """Return a copy that makes only some of its assets; keys of other assets are left out.

        Raises:
            InvalidSubsetError: it makes all or nothing, and only some are selected.
        """
        mine = self.keys
        wanted = mine.intersection(keys)
        if wanted == mine:
            return self
        if not self.can_subset:
            raise InvalidSubsetError(
                f"{self!r} makes its assets together and cannot make {_names(wanted)} alone. Select "
                f"{_names(mine - wanted)} too, or set can_subset=True and yield only "
                "context.selected_output_names."
            )
        return attrs.evolve(self, selected_asset_keys=wanted)

    def with_prefix_or_group(
        self,
        *,
        key_prefix: CoercibleToKeyPrefix | None = None,
        group_name: str | None = None,
        input_keys: Mapping[AssetKey, AssetKey] | None = None,
    ) -> AssetsDefinition:
        """Return a copy with a prefix before its keys, or in a group.

        Args:
            key_prefix: goes before the key of each asset it makes.
            group_name: the group of each asset it makes.
            input_keys: new upstream keys by old ones; others stay.

        Raises:
            InvalidDefinitionError: a group is given and an asset has one already.
        """
        prefix = key_prefix_parts(key_prefix)
        renamed = {key: AssetKey((*prefix, *key.parts)) for key in self.node_keys_by_output_name.values()}
        everything = {**(input_keys or {}), **renamed}
        groups = self._group_names_by_key
        if group_name is not None:
            taken = {key: group for key, group in groups.items() if group != DEFAULT_GROUP}
            if taken:
                key, group = next(iter(taken.items()))
                raise InvalidDefinitionError(
                    f"Asset '{key}' ({self.place}) is in the group '{group}' already and cannot be put into "
                    f"'{group_name}'. Leave out one of the two."
                )
            groups = dict.fromkeys(self.node_keys_by_output_name.values(), group_name)
        return attrs.evolve(
            self,
            keys_by_input_name={n: everything.get(k, k) for n, k in self.keys_by_input_name.items()},
            keys_by_output_name={n: renamed[k] for n, k in self.node_keys_by_output_name.items()},
            node_def=self._renamed(renamed) if prefix else self.node_def,
            asset_deps=self._asset_deps
            and {
                renamed[key]: frozenset(everything.get(k, k) for k in upstream)
                for key, upstream in self._asset_deps.items()
            },
            selected_asset_keys=self._selected_asset_keys
            and frozenset(renamed[k] for k in self._selected_asset_keys),
            group_names_by_key={renamed[key]: group for key, group in groups.items()},
            partition_mappings={everything.get(k, k): m for k, m in self.partition_mappings.items()},
            metadata_by_key={renamed[key]: data for key, data in self._metadata_by_key.items()},
            freshness_policies_by_key={
                renamed[key]: policy for key, policy in self.freshness_policies_by_key.items()
            },
        )

    def _renamed(self, renamed: Mapping[AssetKey, AssetKey]) -> OpDefinition | NodeGraph:
        # The computation of one asset is named after its key; that of several keeps the name it was given.
        node = self.node_def
        for old, new in renamed.items():
            if isinstance(node, OpDefinition) and node.name == old.to_python_identifier():
                return attrs.evolve(node, name=new.to_python_identifier())
        return node

    def with_resources(self, resource_defs: Mapping[str, ResourceDefinition]) -> AssetsDefinition:
        """Return a copy with those of ``resource_defs`` that it needs.

        Raises:
            ResourceConflictError: it has a different resource under one of the keys.
        """
        merged = dict(self.resource_defs)
        wanted = list(self.required_resource_keys)
        while wanted:
            key = wanted.pop()
            given = resource_defs.get(key)
            if given is None:
                continue
            if merged.setdefault(key, given) is not given:
                raise ResourceConflictError(key, f"{self!r}", "with_resources")
            wanted.extend(given.required_resource_keys - merged.keys())
        return attrs.evolve(self, resource_defs=merged)

    def to_source_assets(self) -> list[SourceAsset]:
        """Return its assets as source assets, for a repository that reads but does not make them."""
        return [
            SourceAsset(
                key,
                metadata=self.metadata_by_key[key],
                io_manager_key=self.node_def.outs[name].io_manager_key,
                description=self.node_def.outs[name].description,
                group_name=self._group_names_by_key.get(key, DEFAULT_GROUP),
                resource_defs=self.resource_defs,
                partitions_def=self.partitions_def,
            )
            for name, key in self.keys_by_output_name.items()
        ]

    # -- use -----------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function, for tests: the context first if it takes one, then the inputs.

        See `call_directly` for what is checked.

        Raises:
            InvalidInvocationError: the arguments do not fit the function.
            InvariantViolationError: its assets are made by a graph.
        """
        if not isinstance(self.node_def, OpDefinition):
            raise InvariantViolationError(f"{self!r} is made by {self.node_def!r}, which cannot be called.")
        return call_directly(
            self.node_def,
            args,
            kwargs,
            repr(self),
            own_resources=self.resource_defs,
            input_keys=self.keys_by_input_name,
            output_keys=self.keys_by_output_name,
            partitions_def=self.partitions_def,
        )

    def __repr__(self) -> str:
        return f"AssetsDefinition({_names(self.keys)})"


def _names(keys: Collection[AssetKey]) -> str:
    return ", ".join(f"'{key}'" for key in sorted(keys))
