"""What IO managers and resources are told: frozen values with no way back into the run.

Each can be made in one line in a test; production and the conformance suite use the same classes.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from holdfast.errors import InvariantViolationError, UnknownResourceError
from holdfast.keys import AssetKey
from holdfast.metadata import MetadataValue, normalize_metadata
from holdfast.partitions.ranges import PartitionKeyRange, TimeWindow
from holdfast.reports import AssetMaterialization, AssetObservation

if TYPE_CHECKING:  # contexts only carry it
    from holdfast.events import Run

__all__ = [
    "InitResourceContext",
    "InputContext",
    "OutputContext",
    "Resources",
]


class Resources(Mapping[str, Any]):
    """The resources of a step or resource function: ``resources.warehouse`` or ``resources["warehouse"]``.

    Args:
        values: the set-up resources by key.
        needed_by: who may use them, for the message when one is missing, such as ``"Asset 'orders'"``.
    """

    __slots__ = ("_needed_by", "_values")

    def __init__(self, values: Mapping[str, Any] | None = None, needed_by: str = "This step") -> None:
        self._values = dict(values or {})
        self._needed_by = needed_by

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__"):
            raise AttributeError(key)
        return self[key]

    def __getitem__(self, key: str) -> Any:
        try:
            return self._values[key]
        except KeyError:
            raise UnknownResourceError(key, self._needed_by, self._values) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __reduce__(self) -> tuple[Any, ...]:
        return Resources, (self._values, self._needed_by)


_NO_RESOURCES = Resources()


def _resources(value: Mapping[str, Any] | None) -> Resources:
    if value is None:
        return _NO_RESOURCES
    return value if isinstance(value, Resources) else Resources(value)


def _metadata(value: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return value or {}


def _own_run_id(context: InitResourceContext) -> str | None:
    return None if context.dagster_run is None else context.dagster_run.run_id


@attrs.frozen
class InitResourceContext:
    """What a resource function is told.

    Args:
        resource_config: the config given for this resource.
        resources: the other resources it asked for.
        resource_def: the definition being set up.
        instance: the instance the run belongs to.
        dagster_run: the record of the run, where there is one.
        log_manager: the logger to use.
        run_id: the run, if the resource is set up for one.
    """

    resource_config: Any
    resources: Resources = attrs.field(converter=_resources)
    resource_def: Any = None
    instance: Any = None
    dagster_run: Run | None = None
    log_manager: logging.Logger | None = None
    run_id: str | None = attrs.field(default=attrs.Factory(_own_run_id, takes_self=True), kw_only=True)

    @property
    def log(self) -> logging.Logger:
        """The logger of the run."""
        return self.log_manager or logging.getLogger("holdfast.run")


def _known(value: Any, what: str, context: object) -> Any:
    if value is None:
        raise InvariantViolationError(f"This {type(context).__name__} has no {what}. In a test, give it one.")
    return value


class _ValueContext:
    """What storing a value and loading it have in common: which asset and partition it is, and its type."""

    __slots__ = ()

    _asset_key: AssetKey | None
    _partition_key: str | None
    _dagster_type: Any
    _op_def: Any
    log_manager: logging.Logger | None

    @property
    def has_asset_key(self) -> bool:
        """Whether the value is an asset."""
        return self._asset_key is not None

    @property
    def asset_key(self) -> AssetKey:
        """The asset's key; an `InvariantViolationError` when the value is no asset."""
        return _known(self._asset_key, "asset key", self)  # type: ignore[no-any-return]

    @property
    def dagster_type(self) -> Any:
        """The value's declared type, a `DagsterType`."""
        return _known(self._dagster_type, "dagster_type", self)

    @property
    def op_def(self) -> Any:
        """The computation that makes or reads the value, an `OpDefinition`."""
        return _known(self._op_def, "op_def", self)

    @property
    def has_partition_key(self) -> bool:
        """Whether the value is one partition."""
        return self._partition_key is not None

    @property
    def has_asset_partitions(self) -> bool:
        """Whether the value is an asset with partitions."""
        return self.has_asset_key and self.has_partition_key

    @property
    def partition_key(self) -> str:
        """The partition that the value is; an `InvariantViolationError` when there is none, as below."""
        return _known(self._partition_key, "partition key", self)  # type: ignore[no-any-return]

    @property
    def asset_partition_key(self) -> str:
        """The asset's partition that the value is."""
        return self.partition_key

    @property
    def asset_partition_keys(self) -> list[str]:
        """The asset's partitions that the value is."""
        return [self.partition_key]

    @property
    def asset_partition_key_range(self) -> PartitionKeyRange:
        """The asset's partitions that the value is, from the first to the last."""
        return PartitionKeyRange(self.partition_key, self.partition_key)

    @property
    def asset_partitions_def(self) -> Any:
        """How the asset is partitioned."""
        return _known(None, "asset with partitions", self)

    @property
    def asset_partitions_time_window(self) -> TimeWindow:
        """The time that the asset's partitions that the value is are about."""
        return _known(None, "asset with partitions", self)  # type: ignore[no-any-return]

    def get_identifier(self) -> list[str]:
        """Return what tells the output from every other: run, step and name, and a mapping key if any."""
        raise NotImplementedError

    @property
    def identity(self) -> Hashable:
        """What tells the value from every other: the asset and partition, or run, step and output.

        A key and its partition stay apart: partition ``b`` of ``a`` is not the asset ``a/b``.
        """
        key = self._asset_key
        if key is None:
            return tuple(self.get_identifier())
        return key if self._partition_key is None else (key, self._partition_key)

    @property
    def log(self) -> logging.Logger:
        """The logger of the run."""
        return self.log_manager or logging.getLogger("holdfast.run")

    def get_asset_identifier(self) -> list[str]:
        """Return what tells this asset's value from every other: key parts and the partition if any."""
        key = self.asset_key.path
        return key if self._partition_key is None else [*key, self._partition_key]


@attrs.frozen
class OutputContext(_ValueContext):
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
        partition_key: the partition to store, if the asset has partitions.
    """

    _step_key: str | None = attrs.field(default=None, alias="step_key")
    _name: str | None = attrs.field(default=None, alias="name")
    run_id: str | None = None
    metadata: Mapping[str, Any] = attrs.field(default=None, converter=_metadata)
    mapping_key: str | None = None
    config: Any = None
    _dagster_type: Any = attrs.field(default=None, alias="dagster_type")
    log_manager: logging.Logger | None = None
    version: str | None = None
    resource_config: Any = None
    resources: Resources = attrs.field(default=None, converter=_resources)
    _op_def: Any = attrs.field(default=None, alias="op_def")
    _asset_key: AssetKey | None = attrs.field(default=None, alias="asset_info")
    _partition_key: str | None = attrs.field(default=None, alias="partition_key")
    _added: dict[str, MetadataValue] = attrs.field(factory=dict, init=False, eq=False, repr=False)
    _logged: list[AssetMaterialization | AssetObservation] = attrs.field(
        factory=list, init=False, eq=False, repr=False
    )

    @property
    def step_key(self) -> str:
        """The step that made the value."""
        return _known(self._step_key, "step_key", self)  # type: ignore[no-any-return]

    @property
    def name(self) -> str:
        """The output's name."""
        return _known(self._name, "name", self)  # type: ignore[no-any-return]

    @property
    def added_metadata(self) -> Mapping[str, MetadataValue]:
        """What `add_output_metadata` was given so far."""
        return dict(self._added)

    def add_output_metadata(self, metadata: Mapping[str, Any]) -> None:
        """Put metadata on the materialization that this output becomes.

        Args:
            metadata: labels and plain values or `MetadataValue` objects.
        """
        self._added.update(normalize_metadata(metadata))

    def log_event(self, event: AssetMaterialization | AssetObservation) -> None:
        """Record that another asset was made, or one observed, while this value was stored.

        Raises:
            InvariantViolationError: it is neither.
        """
        if not isinstance(event, AssetMaterialization | AssetObservation):
            raise InvariantViolationError(
                f"log_event takes an AssetMaterialization or an AssetObservation here, not {event!r}."
            )
        self._logged.append(event)

    def get_logged_events(self) -> list[AssetMaterialization | AssetObservation]:
        """Return what `log_event` was given so far."""
        return list(self._logged)

    def get_identifier(self) -> list[str]:
        """Return what tells this output from every other: run, step and name, and a mapping key if any."""
        parts = [self.run_id or "none", self.step_key, self.name]
        return parts if self.mapping_key is None else [*parts, self.mapping_key]


@attrs.frozen
class InputContext(_ValueContext):
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
        partition_key: the partition to load, if the asset has partitions.
        python_type: the Python type that the reader declares, ``typing.Any`` when it declares none.
    """

    _name: str | None = attrs.field(default=None, alias="name")
    config: Any = None
    metadata: Mapping[str, Any] = attrs.field(default=None, converter=_metadata)
    upstream_output: OutputContext | None = None
    _dagster_type: Any = attrs.field(default=None, alias="dagster_type")
    log_manager: logging.Logger | None = None
    resource_config: Any = None
    resources: Resources = attrs.field(default=None, converter=_resources)
    _op_def: Any = attrs.field(default=None, alias="op_def")
    _asset_key: AssetKey | None = attrs.field(default=None, alias="asset_key")
    _partition_key: str | None = attrs.field(default=None, alias="partition_key")
    python_type: Any = Any

    @property
    def has_input_name(self) -> bool:
        """Whether the value is loaded for a named input."""
        return self._name is not None

    @property
    def name(self) -> str:
        """The input's name."""
        return _known(self._name, "name", self)  # type: ignore[no-any-return]

    def get_identifier(self) -> list[str]:
        """Return what tells the stored output from every other; see `OutputContext.get_identifier`."""
        return _known(self.upstream_output, "upstream_output", self).get_identifier()  # type: ignore[no-any-return]
