"""The decorators `asset` and `multi_asset`: from a function to an `AssetsDefinition`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from holdfast.argument_types import check_type
from holdfast.config.types import to_field
from holdfast.definitions.asset_in_out import AssetIn, AssetOut
from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.assets_from_node import deps_by_key
from holdfast.definitions.function import FunctionArguments, description_of, name_of, place_of, read_arguments
from holdfast.definitions.in_out import PLAIN_INPUT, UNSET, In, Out
from holdfast.definitions.op import OpDefinition
from holdfast.definitions.resource import to_resource_definitions
from holdfast.definitions.resource_keys import check_resource_keys
from holdfast.definitions.source_asset import own_io_manager
from holdfast.definitions.tags import check_tags
from holdfast.errors import InvalidDefinitionError, did_you_mean
from holdfast.keys import (
    AssetKey,
    CoercibleToAssetKey,
    CoercibleToKeyPrefix,
    check_group_name,
    check_name,
    key_prefix_parts,
)
from holdfast.partitions.mapping import PartitionMapping
from holdfast.policies import RetryPolicy, check_retry_policy
from holdfast.types.dagster_type import Nothing

if TYPE_CHECKING:  # 15 ms to import, and most assets have no policy
    from holdfast.freshness import FreshnessPolicy

__all__ = ["asset", "multi_asset"]


def asset(
    compute_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    key_prefix: CoercibleToKeyPrefix | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    non_argument_deps: Collection[CoercibleToAssetKey] | None = None,
    metadata: Mapping[str, Any] | None = None,
    description: str | None = None,
    config_schema: Any = None,
    required_resource_keys: Collection[str] | None = None,
    resource_defs: Mapping[str, Any] | None = None,
    io_manager_def: Any = None,
    io_manager_key: str | None = None,
    compute_kind: str | None = None,
    dagster_type: Any = None,
    partitions_def: Any = None,
    op_tags: Mapping[str, Any] | None = None,
    group_name: str | None = None,
    output_required: bool = True,
    freshness_policy: FreshnessPolicy | None = None,
    retry_policy: RetryPolicy | None = None,
    op_version: str | None = None,
) -> Any:
    """Make the decorated function the definition of an asset; used bare or with arguments.

    The arguments of the function name the upstream assets whose values it is given; a first argument called
    ``context`` is the context instead.

    Args:
        compute_fn: the function, when used bare.
        name: the asset's name; the function's by default.
        key_prefix: what stands before the name in the asset's key.
        ins: how arguments name their upstream assets, for those whose name is not the key.
        non_argument_deps: assets that must be made first but are not loaded.
        metadata: labels and values for people and IO managers.
        description: what the asset is; the function's docstring by default.
        config_schema: the schema of its config; without one any config is accepted.
        required_resource_keys: the resources the function uses, as ``context.resources``.
        resource_defs: resources of the asset's own, definitions or plain values.
        io_manager_def: the IO manager that stores this asset; only one of this and ``io_manager_key``.
        io_manager_key: the resource that stores it, ``"io_manager"`` by default.
        compute_kind: what makes it, such as ``"sql"``, for people and selections.
        dagster_type: the type its values are checked against; by default what the function's return
            annotation says.
        partitions_def: the asset's partitions, if it has any.
        op_tags: labels; values that are no strings become JSON and must survive it.
        group_name: the asset's group, ``"default"`` by default.
        output_required: whether every run must make the asset. If not, returning ``None`` or yielding nothing
            stores nothing and skips the assets that read it.
        freshness_policy: how old the data that the asset was made of may be.
        retry_policy: whether a failed attempt is tried again.
        op_version: the version of the function's code.

    Returns:
        An `AssetsDefinition`.

    Raises:
        InvalidNameError: the name, prefix or group breaks the naming rule.
        InvalidDefinitionError: the arguments contradict each other or the function.
    """
    if compute_fn is None:
        options = {option: value for option, value in locals().items() if option != "compute_fn"}
        return lambda function: asset(function, **options)

    own_name = check_name(name or name_of(compute_fn, "asset"))
    key = AssetKey((*key_prefix_parts(key_prefix, checked=True), own_name))
    what = f"asset '{key}'"
    manager_key, own_manager = own_io_manager(what, key, io_manager_key, io_manager_def)
    arguments, input_keys, op_ins = _inputs(compute_fn, ins, non_argument_deps, what)
    text = description or description_of(compute_fn)
    return AssetsDefinition(
        keys_by_input_name=input_keys,
        keys_by_output_name={"result": key},
        node_def=OpDefinition(
            compute_fn=compute_fn,
            name=key.to_python_identifier(),
            arguments=arguments,
            ins=op_ins,
            outs={
                "result": Out(
                    UNSET if dagster_type is None else dagster_type,
                    text,
                    output_required,
                    manager_key,
                    metadata,
                )
            },
            description=text,
            config_schema=None if config_schema is None else to_field(config_schema, what),
            required_resource_keys=_resource_keys(required_resource_keys, resource_defs, what),
            tags=_tags(op_tags, compute_kind, what),
            version=op_version,
            retry_policy=check_retry_policy(retry_policy, what),
        ),
        partitions_def=partitions_def,
        partition_mappings=_mappings(ins),
        resource_defs={**to_resource_definitions(resource_defs, what), **own_manager},
        group_names_by_key={} if group_name is None else {key: check_group_name(group_name)},
        freshness_policies_by_key={} if freshness_policy is None else {key: freshness_policy},
    )


def multi_asset(
    *,
    outs: Mapping[str, AssetOut],
    name: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    non_argument_deps: Collection[CoercibleToAssetKey] | None = None,
    description: str | None = None,
    config_schema: Any = None,
    required_resource_keys: Collection[str] | None = None,
    compute_kind: str | None = None,
    internal_asset_deps: Mapping[str, Collection[AssetKey]] | None = None,
    partitions_def: Any = None,
    op_tags: Mapping[str, Any] | None = None,
    can_subset: bool = False,
    resource_defs: Mapping[str, Any] | None = None,
    group_name: str | None = None,
    retry_policy: RetryPolicy | None = None,
) -> Callable[[Callable[..., Any]], AssetsDefinition]:
    """Make the decorated function the definition of several assets made together.

    The function returns a tuple of values in the order of ``outs``, or yields an `Output` for each.

    Args:
        outs: the assets by output name.
        name: the name of the computation; the function's by default.
        ins: how arguments name their upstream assets, for those whose name is not the key.
        non_argument_deps: assets that must be made first but are not loaded.
        description: what the computation does; the function's docstring by default.
        config_schema: the schema of its config; without one any config is accepted.
        required_resource_keys: the resources the function uses, as ``context.resources``.
        compute_kind: what makes the assets, such as ``"sql"``.
        internal_asset_deps: by output name, the assets it depends on, inputs or outputs, where that is not
            every input.
        partitions_def: the assets' partitions, if they have any.
        op_tags: labels; values that are no strings become JSON and must survive it.
        can_subset: whether the function can make some of its assets without the others; it then yields only
            ``context.selected_output_names``.
        resource_defs: resources of the assets' own, definitions or plain values.
        group_name: the group of all assets; outs may name their own instead.
        retry_policy: whether a failed attempt is tried again.

    Raises:
        InvalidNameError: a name, prefix or group breaks the naming rule.
        InvalidDefinitionError: the arguments contradict each other or the function.
    """

    def define(compute_fn: Callable[..., Any]) -> AssetsDefinition:
        op_name = check_name(name or name_of(compute_fn, "multi_asset"), "name of a multi_asset")
        what = f"multi_asset '{op_name}'"
        keys = _output_keys(outs, what)
        arguments, input_keys, op_ins = _inputs(compute_fn, ins, non_argument_deps, what)
        return AssetsDefinition(
            keys_by_input_name=input_keys,
            keys_by_output_name=keys,
            node_def=OpDefinition(
                compute_fn=compute_fn,
                name=op_name,
                arguments=arguments,
                ins=op_ins,
                outs={
                    n: Out(o.dagster_type, o.description, o.is_required, o.io_manager_key, o.metadata)
                    for n, o in outs.items()
                },
                description=description or description_of(compute_fn),
                config_schema=None if config_schema is None else to_field(config_schema, what),
                required_resource_keys=_resource_keys(required_resource_keys, resource_defs, what),
                tags=_tags(op_tags, compute_kind, what),
                retry_policy=check_retry_policy(retry_policy, what),
            ),
            asset_deps=deps_by_key(internal_asset_deps, keys, frozenset(input_keys.values()), what),
            partitions_def=partitions_def,
            partition_mappings=_mappings(ins),
            can_subset=can_subset,
            resource_defs=to_resource_definitions(resource_defs, what),
            group_names_by_key=_groups(outs, keys, group_name, what),
        )

    return define


def _inputs(
    function: Callable[..., Any],
    ins: Mapping[str, AssetIn] | None,
    non_argument_deps: Collection[CoercibleToAssetKey] | None,
    what: str,
) -> tuple[FunctionArguments, dict[str, AssetKey], dict[str, In]]:
    arguments = read_arguments(function, what)
    names: Sequence[str] = arguments.names
    if ins:
        check_type(ins, Mapping, f"{what}: ins", "a mapping of arguments to AssetIn")
        extra = [name for name in ins if name not in names]
        if not arguments.any_keyword:
            for name in extra:
                if not isinstance(ins[name], AssetIn) or ins[name].dagster_type is not Nothing:
                    raise InvalidDefinitionError(
                        f"{what} ({place_of(function)}): ins names '{name}', which is no argument of the "
                        f"function.{did_you_mean(name, names)} Only inputs typed Nothing are not arguments."
                    )
        names = (*names, *extra)
    keys, op_ins = {}, {}
    for name in names:
        described = ins.get(name) if ins else None
        check_name(name, "input name")
        if described is None:
            keys[name], op_ins[name] = AssetKey(name), PLAIN_INPUT
        elif isinstance(described, AssetIn):
            keys[name] = described.key_for(name)
            if described.dagster_type is Nothing and name in arguments.names:
                raise InvalidDefinitionError(
                    f"{what} ({place_of(function)}): ins['{name}'] is typed Nothing and loads nothing, but "
                    "the function has an argument of this name. Leave out the argument."
                )
            op_ins[name] = In(
                described.dagster_type,
                metadata=described.metadata,
                input_manager_key=described.input_manager_key,
            )
        else:
            raise InvalidDefinitionError(f"{what}: ins['{name}'] is an AssetIn, not {described!r}.")
    arguments_by_key = {key: name for name, key in keys.items()}
    for key in _dependency_keys(non_argument_deps, what):
        if key in arguments_by_key:
            raise InvalidDefinitionError(
                f"{what}: non_argument_deps names '{key}', which is what the argument "
                f"'{arguments_by_key[key]}' reads. Leave out one of the two."
            )
        name = key.to_python_identifier()
        while name in keys:
            name += "_"
        keys[name], op_ins[name] = key, _ORDERING_INPUT
    return arguments, keys, op_ins


_ORDERING_INPUT = In(Nothing)


def _mappings(ins: Mapping[str, AssetIn] | None) -> dict[AssetKey, PartitionMapping | str]:
    return {
        described.key_for(name): described.partition_mapping
        for name, described in (ins or {}).items()
        if described.partition_mapping is not None
    }


def _dependency_keys(deps: Collection[CoercibleToAssetKey] | None, what: str) -> list[AssetKey]:
    if isinstance(deps, str) or not isinstance(deps, Collection | None):
        raise InvalidDefinitionError(f"{what}: non_argument_deps is a set of keys, not {deps!r}.")
    return sorted(AssetKey.from_coercible(key) for key in deps or ())


def _resource_keys(
    required: Collection[str] | None, resource_defs: Mapping[str, Any] | None, what: str
) -> frozenset[str]:
    # What an asset brings it may use, without asking for it by name.
    keys = check_resource_keys(required, what)
    return keys.union(to_resource_definitions(resource_defs, what)) if resource_defs else keys


def _tags(op_tags: Mapping[str, Any] | None, compute_kind: str | None, what: str) -> Mapping[str, str]:
    tags = check_tags(op_tags, what)
    if compute_kind is None:
        return tags
    check_type(compute_kind, str, f"{what}: compute_kind", "a string")
    return {**tags, "kind": compute_kind}


def _output_keys(outs: Mapping[str, AssetOut], what: str) -> dict[str, AssetKey]:
    if not isinstance(outs, Mapping) or not outs:
        raise InvalidDefinitionError(f"{what}: outs is a mapping of output names to AssetOut, not {outs!r}.")
    for name, out in outs.items():
        if not isinstance(out, AssetOut):
            raise InvalidDefinitionError(f"{what}: outs['{name}'] is an AssetOut, not {out!r}.")
    return {check_name(name, "output name"): out.key_for(name) for name, out in outs.items()}


def _groups(
    outs: Mapping[str, AssetOut], keys: Mapping[str, AssetKey], group_name: str | None, what: str
) -> dict[AssetKey, str]:
    own = {keys[name]: out.group_name for name, out in outs.items() if out.group_name is not None}
    if group_name is None:
        return own
    if own:
        key, group = next(iter(own.items()))
        raise InvalidDefinitionError(
            f"{what}: the group '{group_name}' is given for all assets and '{group}' for '{key}'. "
            "Give one of the two."
        )
    return dict.fromkeys(keys.values(), check_group_name(group_name))
