"""What a computation is told when it asks for a context."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from holdfast.contexts import Resources
from holdfast.errors import InvalidInvocationError, InvariantViolationError, did_you_mean
from holdfast.keys import AssetKey
from holdfast.metadata import MetadataValue, normalize_metadata
from holdfast.partition_members import PartitionMembers
from holdfast.partitions.definition import PartitionsSubset
from holdfast.reports import AssetMaterialization, AssetObservation, ExpectationResult

__all__ = ["OpExecutionContext"]

_EMPTY: Mapping[str, Any] = MappingProxyType({})


@attrs.frozen(kw_only=True)
class OpExecutionContext(PartitionMembers):
    """What a computation is told: its assets, its config and its resources.

    In a test, made by `build_op_context`.

    Attributes:
        run_id: the run.
        step_key: the step.
        op_config: the config that the run config gives it.
        resources: the resources it asked for.
        run_tags: the tags of the run.
        run_config: the whole run config.
        retry_number: how many attempts failed before this one.
        mapping_key: which value of a dynamic output the step runs for.
        instance: the instance the run belongs to.
        log: the logger of the run.
        output_keys: by name, the wanted outputs and the assets that they are; ``None`` for no asset.
        input_keys: by name, the inputs and the assets that they are; ``None`` for no asset.
        selected: the assets that the run asks for.
        partitions: the partitions that the step runs for, if it runs for some.
        output_partitions: by name, the partitions of the assets that outputs are, for those that have some.
        input_partitions: by name, the partitions of the assets that inputs are, for those that have some.
    """

    run_id: str = "none"
    step_key: str = "none"
    op_config: Any = None
    resources: Resources = attrs.field(factory=Resources)
    run_tags: Mapping[str, str] = _EMPTY
    run_config: Mapping[str, Any] = _EMPTY
    retry_number: int = 0
    mapping_key: str | None = None
    instance: Any = None
    log: logging.Logger = attrs.field(factory=lambda: logging.getLogger("holdfast.run"))
    output_keys: Mapping[str, AssetKey | None] = _EMPTY
    input_keys: Mapping[str, AssetKey | None] = _EMPTY
    selected: frozenset[AssetKey] = frozenset()
    partitions: PartitionsSubset | None = None
    output_partitions: Mapping[str, PartitionsSubset] = _EMPTY
    input_partitions: Mapping[str, PartitionsSubset] = _EMPTY
    _op_def: Any = attrs.field(default=None, alias="op_def")
    _job_name: str | None = attrs.field(default=None, alias="job_name")
    _job_def: Any = attrs.field(default=None, alias="job_def", repr=False)
    _record: Callable[[Any], None] | None = attrs.field(default=None, alias="record", repr=False)
    _add_metadata: Callable[[Mapping[str, MetadataValue], str | None, str | None], None] | None = attrs.field(
        default=None, alias="add_metadata", repr=False
    )

    @property
    def op_def(self) -> Any:
        """The computation, an `OpDefinition`."""
        return _known(self._op_def, "computation")

    @property
    def job_name(self) -> str:
        """The job that is run."""
        return _known(self._job_name, "job")  # type: ignore[no-any-return]

    @property
    def job_def(self) -> Any:
        """The job that is run, a `JobDefinition`."""
        return _known(self._job_def, "job")

    @property
    def pdb(self) -> Any:
        """Python's debugger, which works in worker processes too: ``context.pdb.set_trace()``."""
        from holdfast.debugger import WorkerPdb  # 20 ms to import, and only debugging needs it

        return WorkerPdb()

    @property
    def selected_asset_keys(self) -> frozenset[AssetKey]:
        """The assets that this run asks of the computation."""
        return self.selected

    @property
    def selected_output_names(self) -> frozenset[str]:
        """The outputs that this run asks of the computation."""
        return frozenset(self.output_keys)

    def asset_key_for_output(self, output_name: str = "result") -> AssetKey:
        """Return the asset that an output is.

        Raises:
            InvariantViolationError: there is no such output, or it is not selected.
        """
        return _look_up(self.output_keys, output_name, "output")

    def asset_key_for_input(self, input_name: str) -> AssetKey:
        """Return the asset that an input is.

        Raises:
            InvariantViolationError: there is no such input.
        """
        return _look_up(self.input_keys, input_name, "input")

    def get_mapping_key(self) -> str | None:
        """Return which value of a dynamic output the step runs for, ``None`` when it is for none."""
        return self.mapping_key

    def has_tag(self, key: str) -> bool:
        """Return whether the run has a tag."""
        return key in self.run_tags

    def get_tag(self, key: str) -> str | None:
        """Return a tag of the run, ``None`` when it has none of this label."""
        return self.run_tags.get(key)

    def log_event(self, event: AssetMaterialization | AssetObservation | ExpectationResult) -> None:
        """Record that an asset was made or observed, or whether an expectation was met.

        Raises:
            InvariantViolationError: it is none of these.
        """
        if not isinstance(event, AssetMaterialization | AssetObservation | ExpectationResult):
            raise InvariantViolationError(
                "log_event takes an AssetMaterialization, an AssetObservation or an ExpectationResult, not "
                f"{event!r}."
            )
        if self._record is not None:
            self._record(event)

    def add_output_metadata(
        self, metadata: Mapping[str, Any], output_name: str | None = None, mapping_key: str | None = None
    ) -> None:
        """Add metadata to an output before it is made, in the place of what an `Output` says under a label.

        Args:
            metadata: labels and values.
            output_name: the output; the only one by default.
            mapping_key: of a dynamic output, which value of it.

        Raises:
            InvalidMetadata: ``metadata`` is no mapping of labels.
            InvariantViolationError: there is no such output, or it was made already.
        """
        normalized = normalize_metadata(metadata, "Output metadata")
        if self._add_metadata is not None:
            self._add_metadata(normalized, output_name, mapping_key)

    def bound_to(self, own_resources: Mapping[str, Any], **about: Any) -> OpExecutionContext:
        """Return the context that a definition gets that is called with this one, in a test.

        Args:
            own_resources: the resources that the definition brings.
            **about: what the call gives it otherwise: its computation, config and assets.

        Raises:
            InvalidInvocationError: this is the context of a run, which is its computation's alone.
            ResourceConflictError: a resource that the definition brings is given here too.
        """
        raise InvalidInvocationError(
            "A definition is called with a context of its own, of build_op_context(), not with that of "
            f"{self.op_def!r}."
        )


def _known(value: Any, what: str) -> Any:
    if value is None:
        raise InvariantViolationError(f"This context has no {what}: it belongs to no run.")
    return value


def _look_up(keys: Mapping[str, AssetKey | None], name: str, what: str) -> AssetKey:
    if name not in keys:
        raise InvariantViolationError(f"No {what} '{name}' here.{did_you_mean(name, keys)}")
    key = keys[name]
    if key is None:
        raise InvariantViolationError(f"The {what} '{name}' is no asset.")
    return key
