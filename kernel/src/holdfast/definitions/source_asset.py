"""An asset that is read here and made elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs

from holdfast.argument_types import check_type, is_text
from holdfast.asset_node import AssetNode
from holdfast.definitions.observing import ObserveFunction, check_observe_fn, observing_op
from holdfast.definitions.op import OpDefinition
from holdfast.definitions.resource import IOManagerDefinition, ResourceDefinition, to_resource_definitions
from holdfast.definitions.resource_keys import check_resource_keys
from holdfast.errors import InvalidDefinitionError, InvariantViolationError, ResourceConflictError
from holdfast.interfaces import IOManager
from holdfast.keys import AssetKey, CoercibleToAssetKey, CoercibleToKeyPrefix, check_group_name
from holdfast.metadata import MetadataEntry, MetadataValue, merge_metadata
from holdfast.partitions.definition import PartitionsDefinition

__all__ = ["SourceAsset", "own_io_manager"]


def own_io_manager(
    what: str, key: AssetKey, io_manager_key: str | None, io_manager_def: Any
) -> tuple[str, dict[str, ResourceDefinition]]:
    """Return the resource key of an asset's IO manager, and the resource when it brings its own.

    Raises:
        InvalidDefinitionError: both a key and a definition are given, or no definition of an IO manager.
    """
    if io_manager_def is None:
        return io_manager_key or "io_manager", {}
    if io_manager_key is not None:
        raise InvalidDefinitionError(f"{what}: give only one of io_manager_key and io_manager_def.")
    if isinstance(io_manager_def, IOManager):
        io_manager_def = IOManagerDefinition.hardcoded_io_manager(io_manager_def)
    if not isinstance(io_manager_def, ResourceDefinition):
        raise InvalidDefinitionError(
            f"{what}: io_manager_def is an IOManagerDefinition or an IOManager, not {io_manager_def!r}."
        )
    own_key = f"{key.to_python_identifier()}__io_manager"
    return own_key, {own_key: io_manager_def}


def _caller() -> str:
    frame = sys._getframe(2)  # past this factory and the generated __init__
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _group(name: str | None) -> str:
    return "default" if name is None else check_group_name(name)


def _key(value: CoercibleToAssetKey) -> AssetKey:
    return AssetKey.from_coercible(value)


@attrs.frozen(eq=False, slots=False)
class SourceAsset:
    """An asset that is read here and made elsewhere.

    Args:
        key: its key; any strings may be its parts.
        metadata: labels and values that describe it.
        io_manager_key: the resource that loads it, ``"io_manager"`` by default.
        io_manager_def: the IO manager that loads it; only one of the two may be given.
        description: what it is.
        partitions_def: its partitions, if it has any.
        _metadata_entries: an older form of ``metadata``; only one of the two may be given.
        group_name: its group.
        resource_defs: resources that its IO manager or its observe function needs.
        observe_fn: looks at it and returns its `LogicalVersion`, or an `ObserveResult`; is given the context
            if it takes an argument. Or the name of an observer, of the settings' or of a plugin's.
        required_resource_keys: the resources that its observe function uses, as ``context.resources``; by
            default those of ``resource_defs``.
        place: where it is defined, as ``file:line``; the caller's line by default.

    Raises:
        InvalidDefinitionError: both IO manager arguments are given, or one is of the wrong type.
        InvalidNameError: the group name breaks the naming rule.
        InvalidMetadata: the metadata is given in both forms, or malformed.
    """

    key: AssetKey = attrs.field(converter=_key)
    _metadata: Mapping[str, Any] | None = attrs.field(default=None, alias="metadata")
    _io_manager_key: str | None = attrs.field(default=None, validator=is_text, alias="io_manager_key")
    io_manager_def: Any = None
    description: str | None = attrs.field(default=None, validator=is_text)
    partitions_def: PartitionsDefinition | None = attrs.field(default=None, repr=False)
    _entries: Sequence[MetadataEntry] | None = attrs.field(default=None, alias="_metadata_entries")
    group_name: str = attrs.field(default=None, converter=_group)
    _resource_defs: Mapping[str, Any] | None = attrs.field(default=None, alias="resource_defs")
    observe_fn: ObserveFunction | str | None = None
    _required: Collection[str] | None = attrs.field(default=None, alias="required_resource_keys")
    place: str = attrs.field(factory=_caller, repr=False)

    def __attrs_post_init__(self) -> None:
        what = repr(self)
        kind = "a PartitionsDefinition"
        check_type(self.partitions_def, PartitionsDefinition | None, f"{what}: partitions_def", kind)
        own_io_manager(what, self.key, self._io_manager_key, self.io_manager_def)
        to_resource_definitions(self._resource_defs, what)
        check_resource_keys(self._required, what)
        merge_metadata(self._metadata, self._entries, what)
        if self.observe_fn is not None:
            check_observe_fn(self.observe_fn, what)

    @property
    def raw_metadata(self) -> Mapping[str, Any]:
        """The labels and values that describe it, as they were given."""
        return self._metadata or {entry.label: entry.value for entry in self._entries or ()}

    @property
    def metadata(self) -> Mapping[str, MetadataValue]:
        """The labels and values that describe it."""
        return merge_metadata(self._metadata, self._entries, repr(self))

    @property
    def metadata_entries(self) -> list[MetadataEntry]:
        """The same as a list."""
        return [MetadataEntry(label, value=value) for label, value in self.metadata.items()]

    @property
    def is_observable(self) -> bool:
        """Whether it can be looked at."""
        return self.observe_fn is not None

    @cached_property
    def op(self) -> OpDefinition:
        """The computation that looks at it.

        Raises:
            InvariantViolationError: it has no observe function.
        """
        if self.observe_fn is None:
            raise InvariantViolationError(f"{self!r} cannot be observed: give it an observe_fn.")
        return observing_op(self.key, self.observe_fn, self.raw_metadata, self._used_keys, self.description)

    @property
    def _used_keys(self) -> frozenset[str]:
        if self.observe_fn is None:
            return frozenset()
        return frozenset((self._resource_defs or {}) if self._required is None else self._required)

    @property
    def io_manager_key(self) -> str:
        """The resource that loads it."""
        return own_io_manager(repr(self), self.key, self._io_manager_key, self.io_manager_def)[0]

    @property
    def resource_defs(self) -> dict[str, ResourceDefinition]:
        """The resources it brings: its own IO manager, and what that or its observe function needs."""
        _, own = own_io_manager(repr(self), self.key, self._io_manager_key, self.io_manager_def)
        return {**to_resource_definitions(self._resource_defs, repr(self)), **own}

    def asset_nodes(self) -> Iterator[AssetNode]:
        """Yield what an `AssetGraph` holds of it."""
        yield AssetNode(
            key=self.key,
            group=self.group_name,
            is_source=True,
            place=self.place,
            definition=self,
            partitions_def=self.partitions_def,
        )

    def with_prefix_or_group(
        self, *, key_prefix: CoercibleToKeyPrefix | None = None, group_name: str | None = None
    ) -> SourceAsset:
        """Return a copy with a prefix before its key, or in a group.

        Raises:
            InvalidDefinitionError: a group is given and it has one already.
        """
        if group_name is not None and self.group_name != "default":
            raise InvalidDefinitionError(
                f"{self!r} ({self.place}) is in the group '{self.group_name}' already and cannot be put into "
                f"'{group_name}'. Leave out one of the two."
            )
        key = self.key if key_prefix is None else self.key.with_prefix(key_prefix)
        return attrs.evolve(self, key=key, group_name=group_name or self.group_name)

    def with_resources(self, resource_defs: Mapping[str, ResourceDefinition]) -> SourceAsset:
        """Return a copy with those of ``resource_defs`` that its IO manager or its observe function needs.

        Raises:
            ResourceConflictError: it has a different resource under one of the keys.
        """
        merged = self.resource_defs
        wanted = [self.io_manager_key, *self._used_keys]
        while wanted:
            key = wanted.pop()
            given = resource_defs.get(key, merged.get(key))
            if given is None:
                continue
            if merged.setdefault(key, given) is not given:
                raise ResourceConflictError(key, repr(self), "with_resources")
            wanted.extend(given.required_resource_keys - merged.keys())
        return attrs.evolve(
            self,
            io_manager_key=self.io_manager_key,
            io_manager_def=None,
            resource_defs=merged,
            required_resource_keys=self._used_keys,
        )

    def __repr__(self) -> str:
        return f"SourceAsset('{self.key}')"
