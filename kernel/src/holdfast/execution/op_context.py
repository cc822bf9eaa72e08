"""What a computation is told when it asks for a context."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from holdfast.contexts import Resources
from holdfast.definitions.op import OpDefinition
from holdfast.errors import InvariantViolationError, did_you_mean
from holdfast.keys import AssetKey
from holdfast.reports import AssetMaterialization, AssetObservation, ExpectationResult

__all__ = ["OpExecutionContext", "build_op_context"]

_EMPTY: Mapping[str, Any] = MappingProxyType({})


def _nowhere(_event: object) -> None:
    """Take an event that no run records, as when a test calls an asset directly."""


@attrs.frozen(kw_only=True)
class OpExecutionContext:
    """What a computation is told: its assets, its config and its resources.

    Attributes:
        run_id: the run.
        job_name: the job that is run.
        step_key: the step.
        op_def: the computation.
        op_config: the config that the run config gives it.
        resources: the resources it asked for.
        run_tags: the tags of the run.
        run_config: the whole run config.
        retry_number: how many attempts failed before this one.
        mapping_key: which value of a dynamic output the step runs for.
        instance: the instance the run belongs to; ``None`` in a worker process.
        log: the logger of the run.
        output_keys: by name, the wanted outputs and the assets that they are; ``None`` for no asset.
        input_keys: by name, the inputs and the assets that they are; ``None`` for no asset.
        selected: the assets that the run asks for.
    """

    run_id: str = "none"
    job_name: str = "none"
    step_key: str = "none"
    op_def: OpDefinition | None = None
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
    _record: Callable[[Any], None] = attrs.field(default=_nowhere, alias="record", repr=False)

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

    @property
    def has_partition_key(self) -> bool:
        """Whether the run is for one partition."""
        return False

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
        self._record(event)


def _look_up(keys: Mapping[str, AssetKey | None], name: str, what: str) -> AssetKey:
    if name not in keys:
        raise InvariantViolationError(f"No {what} '{name}' here.{did_you_mean(name, keys)}")
    key = keys[name]
    if key is None:
        raise InvariantViolationError(f"The {what} '{name}' is no asset.")
    return key


def build_op_context(
    resources: Mapping[str, Any] | None = None,
    op_config: Any = None,
    resources_config: Mapping[str, Any] | None = None,
    instance: Any = None,
    config: Any = None,
) -> OpExecutionContext:
    """Return a context for calling an asset directly in a test.

    Args:
        resources: set-up resources by key.
        op_config: the computation's config.
        resources_config: unused unless ``resources`` holds definitions; refused here.
        instance: the instance.
        config: the same as ``op_config``.

    Raises:
        InvariantViolationError: both ``op_config`` and ``config`` are given, or config for resources.
    """
    if op_config is not None and config is not None:
        raise InvariantViolationError("build_op_context: give only one of op_config and config.")
    if resources_config:
        raise InvariantViolationError("build_op_context takes resources that are set up already.")
    return OpExecutionContext(
        op_config=config if op_config is None else op_config,
        resources=Resources(resources, "This context"),
        instance=instance,
    )
