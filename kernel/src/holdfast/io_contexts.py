"""What IO managers are told of a value: read-only, with no way back into the run.

Each can be made in one line in a test; production and the conformance suite use the same classes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from holdfast.errors import InvariantViolationError
from holdfast.keys import AssetKey
from holdfast.metadata import MetadataValue, normalize_metadata
from holdfast.reports import AssetMaterialization, AssetObservation
from holdfast.value_context import ValueContext, known

if TYPE_CHECKING:  # contexts only carry them
    from holdfast.partitions.definition import PartitionsSubset

__all__ = ["InputContext", "OutputContext"]

_NO_METADATA: Mapping[str, MetadataValue] = MappingProxyType({})


@attrs.define
class OutputContext(ValueContext):
    """What an IO manager is told about the value it is to store.

    In a test, made by `build_output_context`. A property that was not given, such as ``step_key``, is an
    `InvariantViolationError`.

    Args:
        step_key: the step that made the value.
        name: the output's name.
        run_id: the run.
        metadata: the metadata of the output's definition, as given there.
        mapping_key: the key of a dynamic output.
        config: the output's config.
        dagster_type: the output's declared type.
        log_manager: the logger to use.
        version: the output's version.
        resource_config: the config of the IO manager's own resource.
        resources: the resources that the IO manager asked for.
        op_def: the computation.
        asset_info: the asset's key.
        partition_key: the partition that the step is for, if it is for one.
        asset_partitions: the asset's partitions to store, if it has any.
    """

    _step_key: str | None = attrs.field(default=None, alias="step_key")
    _name: str | None = attrs.field(default=None, alias="name")
    _run_id: str | None = attrs.field(default=None, alias="run_id")
    _metadata: Mapping[str, Any] | None = attrs.field(default=None, alias="metadata")
    _mapping_key: str | None = attrs.field(default=None, alias="mapping_key")
    _config: Any = attrs.field(default=None, alias="config")
    _dagster_type: Any = attrs.field(default=None, alias="dagster_type")
    _log_manager: logging.Logger | None = attrs.field(default=None, alias="log_manager")
    _version: str | None = attrs.field(default=None, alias="version")
    _resource_config: Any = attrs.field(default=None, alias="resource_config")
    _resources: Mapping[str, Any] | None = attrs.field(default=None, alias="resources")
    _op_def: Any = attrs.field(default=None, alias="op_def")
    _asset_key: AssetKey | None = attrs.field(default=None, alias="asset_info")
    _partition_key: str | None = attrs.field(default=None, alias="partition_key")
    _asset_partitions: PartitionsSubset | None = attrs.field(default=None, alias="asset_partitions")
    _added: dict[str, MetadataValue] | None = attrs.field(default=None, init=False, eq=False, repr=False)
    _logged: list[AssetMaterialization | AssetObservation] | None = attrs.field(
        default=None, init=False, eq=False, repr=False
    )
    _stored: dict[str, Mapping[str, MetadataValue]] | None = attrs.field(
        default=None, init=False, eq=False, repr=False
    )

    @property
    def step_key(self) -> str:
        """The step that made the value."""
        return known(self._step_key, "step_key", self)  # type: ignore[no-any-return]

    @property
    def name(self) -> str:
        """The output's name."""
        return known(self._name, "name", self)  # type: ignore[no-any-return]

    @property
    def run_id(self) -> str | None:
        """The run."""
        return self._run_id

    @property
    def mapping_key(self) -> str | None:
        """The key of a dynamic output."""
        return self._mapping_key

    @property
    def version(self) -> str | None:
        """The version of the code."""
        return self._version

    @property
    def added_metadata(self) -> Mapping[str, MetadataValue]:
        """What `add_output_metadata` was given so far."""
        return dict(self._added) if self._added else _NO_METADATA

    @property
    def metadata_by_partition(self) -> Mapping[str, Mapping[str, MetadataValue]]:
        """What storing each partition by itself said of it, by partition key; see `store_each`."""
        return dict(self._stored or {})

    def add_output_metadata(self, metadata: Mapping[str, Any]) -> None:
        """Put metadata on the materialization that this output becomes.

        Args:
            metadata: labels and plain values or `MetadataValue` objects.
        """
        self._added = {**(self._added or {}), **normalize_metadata(metadata)}

    def log_event(self, event: AssetMaterialization | AssetObservation) -> None:
        """Record that another asset was made, or one observed, while this value was stored.

        Raises:
            InvariantViolationError: it is neither.
        """
        if not isinstance(event, AssetMaterialization | AssetObservation):
            raise InvariantViolationError(
                f"log_event takes an AssetMaterialization or an AssetObservation here, not {event!r}."
            )
        self._logged = [*(self._logged or ()), event]

    def get_logged_events(self) -> list[AssetMaterialization | AssetObservation]:
        """Return what `log_event` was given so far."""
        return list(self._logged or ())

    def get_identifier(self) -> list[str]:
        """Return what tells this output from every other: run, step and name, and a mapping key if any."""
        parts = [self._run_id or "none", self.step_key, self.name]
        return parts if self._mapping_key is None else [*parts, self._mapping_key]

    def store_each(
        self, obj: Any, store: Callable[[OutputContext, Any], Mapping[str, Any] | None]
    ) -> Mapping[str, Any] | None:
        """Store a value, or each partition of it by itself, for IO managers that keep one value in one place.

        Args:
            obj: the value; where it is several partitions, a mapping of their keys to values.
            store: stores one value, and returns its metadata; called with this context, or with one for each
                partition.

        Returns:
            What ``store`` returned. Of several partitions, ``None``: each keeps its own metadata.

        Raises:
            InvariantViolationError: the value is several partitions, and no mapping of exactly their keys.
        """
        if self._asset_partitions is None or len(self._asset_partitions) == 1:
            return store(self, obj)
        keys = self.asset_partition_keys
        if not isinstance(obj, Mapping) or obj.keys() != set(keys):
            found = (
                f"the keys {', '.join(map(repr, list(obj)[:5]))}" if isinstance(obj, Mapping) else repr(obj)
            )
            raise InvariantViolationError(
                f"Asset '{self.asset_key}' was made for {len(keys)} partitions, {keys[0]!r} to {keys[-1]!r}, "
                f"and its IO manager stores each by itself. Return a mapping with a value for each key of "
                f"context.asset_partition_keys_for_output(), not {found[:200]}."
            )
        kept: dict[str, Mapping[str, MetadataValue]] = {}
        for key in keys:
            one = attrs.evolve(self, partition_key=key, **self._of_partition(key))
            said = normalize_metadata(store(one, obj[key]))
            kept[key] = {**said, **one.added_metadata}
            self._logged = [*(self._logged or ()), *one.get_logged_events()]
        self._stored = kept
        return None


@attrs.define
class InputContext(ValueContext):
    """What an IO manager is told about the value it is to load.

    In a test, made by `build_input_context`. A property that was not given, such as ``name``, is an
    `InvariantViolationError`.

    Args:
        name: the input's name.
        config: the input's config.
        metadata: the metadata of the input's definition, as given there, such as the columns to load.
        upstream_output: the context the value was, or would be, stored with.
        dagster_type: the input's declared type.
        log_manager: the logger to use.
        resource_config: the config of the IO manager's own resource.
        resources: the resources that the IO manager asked for.
        op_def: the computation that reads the value.
        asset_key: the asset to load.
        partition_key: the partition that the step is for, if it is for one.
        python_type: the Python type that the reader declares, ``typing.Any`` when it declares none.
        asset_partitions: the asset's partitions to load, if it has any.
        by_partition: whether the value is a mapping by partition key.
    """

    _name: str | None = attrs.field(default=None, alias="name")
    _config: Any = attrs.field(default=None, alias="config")
    _metadata: Mapping[str, Any] | None = attrs.field(default=None, alias="metadata")
    _upstream_output: OutputContext | None = attrs.field(default=None, alias="upstream_output")
    _dagster_type: Any = attrs.field(default=None, alias="dagster_type")
    _log_manager: logging.Logger | None = attrs.field(default=None, alias="log_manager")
    _resource_config: Any = attrs.field(default=None, alias="resource_config")
    _resources: Mapping[str, Any] | None = attrs.field(default=None, alias="resources")
    _op_def: Any = attrs.field(default=None, alias="op_def")
    _asset_key: AssetKey | None = attrs.field(default=None, alias="asset_key")
    _partition_key: str | None = attrs.field(default=None, alias="partition_key")
    _python_type: Any = attrs.field(default=Any, alias="python_type")
    _asset_partitions: PartitionsSubset | None = attrs.field(default=None, alias="asset_partitions")
    _by_partition: bool = attrs.field(default=False, alias="by_partition")

    @property
    def has_input_name(self) -> bool:
        """Whether the value is loaded for a named input."""
        return self._name is not None

    @property
    def name(self) -> str:
        """The input's name."""
        return known(self._name, "name", self)  # type: ignore[no-any-return]

    @property
    def upstream_output(self) -> OutputContext | None:
        """The context the value was, or would be, stored with."""
        return self._upstream_output

    @property
    def python_type(self) -> Any:
        """The Python type that the reader declares, ``typing.Any`` when it declares none."""
        return self._python_type

    @property
    def by_partition(self) -> bool:
        """Whether the value is a mapping by partition key, however many partitions there happen to be.

        That is so when the mapping between the partitions of the two assets may find several.
        """
        return self._by_partition

    def get_identifier(self) -> list[str]:
        """Return what tells the stored output from every other; see `OutputContext.get_identifier`."""
        return known(self._upstream_output, "upstream_output", self).get_identifier()  # type: ignore[no-any-return]

    def load_each(self, load: Callable[[InputContext], Any]) -> Any:
        """Load a value, or a mapping by partition key, for IO managers that keep one value in one place.

        Args:
            load: loads one value; called with this context, or with one for each partition.
        """
        if not self._by_partition:
            return load(self)
        values = {}
        for key in self.asset_partitions:
            about = self._of_partition(key)
            stored = self._upstream_output
            if stored is not None:
                stored = attrs.evolve(stored, **about)
            values[key] = load(attrs.evolve(self, upstream_output=stored, by_partition=False, **about))
        return values
