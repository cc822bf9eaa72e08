"""Assets made of a computation or graph that exists already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from holdfast.definitions.flattening import flatten
from holdfast.definitions.node_graph import NodeGraph
from holdfast.definitions.op import OpDefinition
from holdfast.definitions.resource import to_resource_definitions
from holdfast.errors import InvalidDefinitionError, did_you_mean
from holdfast.keys import (
    AssetKey,
    CoercibleToAssetKey,
    CoercibleToKeyPrefix,
    check_group_name,
    key_prefix_parts,
)

__all__ = ["AssetsOfNode", "deps_by_key"]


def _arguments(
    node: Any,
    kind: type[OpDefinition] | type[NodeGraph],
    *,
    keys_by_input_name: Mapping[str, CoercibleToAssetKey] | None,
    keys_by_output_name: Mapping[str, CoercibleToAssetKey] | None,
    key_prefix: CoercibleToKeyPrefix | None,
    internal_asset_deps: Mapping[str, Collection[CoercibleToAssetKey]] | None,
    group_name: str | None,
    metadata_by_output_name: Mapping[str, Mapping[str, Any]] | None,
    partitions_def: Any,
    partition_mappings: Mapping[str, Any] | None,
    resource_defs: Mapping[str, Any] | None = None,
    can_subset: bool = False,
) -> dict[str, Any]:
    """Return what `from_op` and `from_graph` give the constructor.

    Args:
        node: the computation or graph.
        kind: which of the two it must be.
        keys_by_input_name: the assets that inputs are; the inputs' names by default.
        keys_by_output_name: the assets that outputs are; by default the outputs' names, or the name of the
            node for a single output called ``result``.
        key_prefix: goes before the keys of the outputs.
        internal_asset_deps: by output, what it depends on where that is not every input.
        group_name: the group of all assets.
        metadata_by_output_name: metadata of outputs, on top of their own.
        partitions_def: the assets' partitions.
        partition_mappings: by input, how they depend on those of the asset that it is.
        resource_defs: resources of the assets' own, definitions or plain values.
        can_subset: whether some of the assets can be made without the others.

    Raises:
        InvalidDefinitionError: ``node`` is not of this kind, a mapping names what it does not have, or two
            assets would be one output.
        InvalidNameError: the prefix or group breaks the naming rule.
    """
    if not isinstance(node, kind):
        maker, noun = ("from_op", "an op") if kind is OpDefinition else ("from_graph", "a graph")
        raise InvalidDefinitionError(f"AssetsDefinition.{maker} takes {noun}, not {node!r}.")
    what = f"Assets of {node!r}"
    _check_names(what, "keys_by_input_name", keys_by_input_name, "input", node.ins)
    _check_names(what, "keys_by_output_name", keys_by_output_name, "output", node.outs)
    _check_names(what, "metadata_by_output_name", metadata_by_output_name, "output", node.outs)
    _check_names(what, "partition_mappings", partition_mappings, "input", node.ins)
    _check_outputs(what, node)
    inputs = {**{name: name for name in node.ins}, **(keys_by_input_name or {})}
    prefix = key_prefix_parts(key_prefix, checked=True)
    named = {**_default_keys(node), **(keys_by_output_name or {})}
    keys = {name: AssetKey((*prefix, *AssetKey.from_coercible(key).parts)) for name, key in named.items()}
    upstream = frozenset(map(AssetKey.from_coercible, inputs.values()))
    return {
        "keys_by_input_name": inputs,
        "keys_by_output_name": keys,
        "node_def": node,
        "asset_deps": deps_by_key(internal_asset_deps, keys, upstream, what),
        "partitions_def": partitions_def,
        "partition_mappings": {
            AssetKey.from_coercible(inputs[name]): mapping
            for name, mapping in (partition_mappings or {}).items()
        },
        "can_subset": can_subset,
        "resource_defs": to_resource_definitions(resource_defs, what),
        "group_names_by_key": {} if group_name is None else _one_group(keys, group_name),
        "metadata_by_key": {keys[name]: data for name, data in (metadata_by_output_name or {}).items()},
    }


def deps_by_key(
    deps: Mapping[str, Collection[CoercibleToAssetKey]] | None,
    keys: Mapping[str, AssetKey],
    inputs: frozenset[AssetKey],
    what: str,
) -> dict[AssetKey, frozenset[AssetKey]] | None:
    """Return what each asset depends on, given what some outputs depend on.

    Args:
        deps: by output name, the assets that it depends on; others depend on every input.
        keys: the asset that each output is.
        inputs: the assets that the inputs are.
        what: who says so, for the message.

    Raises:
        InvalidDefinitionError: ``deps`` names what is no output.
    """
    if not deps:
        return None
    _check_names(what, "internal_asset_deps", deps, "output", keys)
    return {
        key: frozenset(map(AssetKey.from_coercible, deps[name])) if name in deps else inputs
        for name, key in keys.items()
    }


def _check_names(
    what: str, parameter: str, given: Mapping[str, Any] | None, noun: str, known: Collection[str]
) -> None:
    if not isinstance(given, Mapping | None):
        raise InvalidDefinitionError(
            f"{what}: {parameter} is a mapping by the names of {noun}s, not {given!r}."
        )
    for name in given or ():
        if name not in known:
            raise InvalidDefinitionError(
                f"{what}: {parameter} names '{name}', which is no {noun}.{did_you_mean(name, known)}"
            )


def _check_outputs(what: str, node: OpDefinition | NodeGraph) -> None:
    if not node.outs:
        raise InvalidDefinitionError(f"{what}: it has no outputs, so it makes no assets.")
    for name, out in node.outs.items():
        if out.is_dynamic:
            raise InvalidDefinitionError(
                f"{what}: the output '{name}' is dynamic, or made once for each value of a dynamic output, "
                "and an asset is one value. Collect it first."
            )
    if isinstance(node, NodeGraph):
        flat = flatten(node)
        names: dict[object, str] = {}
        for name, inner in flat.outputs.items():
            if names.setdefault(inner, name) != name:
                raise InvalidDefinitionError(
                    f"{what}: the outputs '{names[inner]}' and '{name}' are one output of "
                    f"'{'.'.join(inner.path)}', so they cannot be two assets. Leave out one of them."
                )


def _default_keys(node: OpDefinition | NodeGraph) -> dict[str, str]:
    if list(node.outs) == ["result"]:
        return {"result": node.name}
    return {name: name for name in node.outs}


def _one_group(keys: Mapping[str, AssetKey], group_name: str) -> dict[AssetKey, str]:
    return dict.fromkeys(keys.values(), check_group_name(group_name))


Made = TypeVar("Made", bound="AssetsOfNode")


class AssetsOfNode:
    """The ways to make assets of a graph or computation that exists already."""

    if TYPE_CHECKING:  # who inherits is made of these arguments

        def __init__(self, **arguments: Any) -> None: ...

    @classmethod
    def from_graph(
        cls: type[Made],
        graph_def: NodeGraph,
        *,
        keys_by_input_name: Mapping[str, CoercibleToAssetKey] | None = None,
        keys_by_output_name: Mapping[str, CoercibleToAssetKey] | None = None,
        key_prefix: CoercibleToKeyPrefix | None = None,
        internal_asset_deps: Mapping[str, Collection[CoercibleToAssetKey]] | None = None,
        partitions_def: Any = None,
        group_name: str | None = None,
        resource_defs: Mapping[str, Any] | None = None,
        partition_mappings: Any = None,
        metadata_by_output_name: Mapping[str, Mapping[str, Any]] | None = None,
        can_subset: bool = False,
    ) -> Made:
        """Return the assets that the outputs of a graph of computations are.

        Args:
            graph_def: the graph.
            keys_by_input_name: the assets that inputs of the graph are; the inputs' names by default.
            keys_by_output_name: the assets that outputs of the graph are; by default the outputs' names, or
                the graph's name for a single output called ``result``.
            key_prefix: goes before the keys of the outputs.
            internal_asset_deps: by output, the assets it depends on, inputs or other outputs, where that is
                not every input.
            partitions_def: the assets' partitions, if they have any.
            group_name: the group of all assets.
            resource_defs: resources of the assets' own, definitions or plain values.
            partition_mappings: by input, how partitions depend on those of the asset that it is.
            metadata_by_output_name: metadata of outputs, on top of what their computations say.
            can_subset: whether some of the assets can be made without the others. Of the graph's
                computations only those that the selected assets need are run.

        Raises:
            InvalidDefinitionError: a mapping names what the graph does not have, an output is dynamic, or two
                outputs are one output of a computation.
            InvalidNameError: the prefix or group breaks the naming rule.
        """
        arguments = _arguments(
            graph_def,
            NodeGraph,
            keys_by_input_name=keys_by_input_name,
            keys_by_output_name=keys_by_output_name,
            key_prefix=key_prefix,
            internal_asset_deps=internal_asset_deps,
            group_name=group_name,
            metadata_by_output_name=metadata_by_output_name,
            partitions_def=partitions_def,
            partition_mappings=partition_mappings,
            resource_defs=resource_defs,
            can_subset=can_subset,
        )
        return cls(**arguments)

    @classmethod
    def from_op(
        cls: type[Made],
        op_def: OpDefinition,
        *,
        keys_by_input_name: Mapping[str, CoercibleToAssetKey] | None = None,
        keys_by_output_name: Mapping[str, CoercibleToAssetKey] | None = None,
        key_prefix: CoercibleToKeyPrefix | None = None,
        internal_asset_deps: Mapping[str, Collection[CoercibleToAssetKey]] | None = None,
        partitions_def: Any = None,
        group_name: str | None = None,
        partition_mappings: Any = None,
        metadata_by_output_name: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> Made:
        """Return the assets that the outputs of a computation are; arguments and errors as `from_graph`.

        Args:
            op_def: the computation.
            keys_by_input_name: the assets that its inputs are.
            keys_by_output_name: the assets that its outputs are.
            key_prefix: goes before the keys of the outputs.
            internal_asset_deps: by output, the assets it depends on.
            partitions_def: the assets' partitions, if they have any.
            group_name: the group of all assets.
            partition_mappings: by input, how partitions depend on those of the asset that it is.
            metadata_by_output_name: metadata of outputs, on top of their own.
        """
        arguments = _arguments(
            op_def,
            OpDefinition,
            keys_by_input_name=keys_by_input_name,
            keys_by_output_name=keys_by_output_name,
            key_prefix=key_prefix,
            internal_asset_deps=internal_asset_deps,
            group_name=group_name,
            metadata_by_output_name=metadata_by_output_name,
            partitions_def=partitions_def,
            partition_mappings=partition_mappings,
        )
        return cls(**arguments)
