"""From what the user's function gave to stored outputs, and the events that say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from time import time
from types import GeneratorType, MappingProxyType
from typing import Any

from holdfast.definitions.output import DynamicOutput, Output
from holdfast.definitions.returning import ExpectedOutputs, Report
from holdfast.errors import InvariantViolationError
from holdfast.events import Event, EventType, make_event, make_output_data
from holdfast.execution.asynchronous import ASYNCHRONOUS, settled
from holdfast.execution.checking import verdict_of
from holdfast.execution.session import Session, identity
from holdfast.io_contexts import OutputContext
from holdfast.metadata import MetadataEntry, MetadataValue, normalize_metadata
from holdfast.plan import Step, StepOutput
from holdfast.reports import AssetMaterialization, ExpectationResult
from holdfast.types.dagster_type import ANY_TYPE

__all__ = ["report_event", "store_outputs"]

_OUTPUT = EventType.STEP_OUTPUT  # looking a member up on its class takes longer than making an event
_HANDLED = EventType.HANDLED_OUTPUT
_MADE = EventType.ASSET_MATERIALIZATION
_SPECIAL = (Output, DynamicOutput, GeneratorType)
_NO_METADATA: Mapping[str, MetadataValue] = {}  # a plain one, as events cross processes
_NO_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def store_outputs(
    session: Session, step: Step, result: Any, events: list[Event]
) -> tuple[tuple[str, ...], Mapping[str, tuple[str, ...]]]:
    """Store what a computation returned or yields, each value as soon as it is there.

    Args:
        session: the run in this process.
        step: the step that was computed.
        result: what its function returned.
        events: what happened is added here.

    Returns:
        The names of the outputs that were not made and need not be, and the mapping keys of the values of
        each dynamic output.

    Raises:
        InvariantViolationError: the outputs are not those of the definition.
        TypeCheckDidNotPass: a value is not of its output's type; it is not stored.
    """
    kind = type(result)
    if len(step.outputs) == 1 == len(step.op.outs) and not (
        issubclass(kind, _SPECIAL) or kind in ASYNCHRONOUS or step.op.takes_inputs_together
    ):
        # A plain value of the only output, as nearly every asset gives: what follows would come to the same.
        (only,) = step.outputs
        if not only.is_dynamic and (only.is_required or result is not None):
            _store(session, step, only, result, _NO_METADATA, events)
            return (), _NO_KEYS
    outputs = {output.name: output for output in step.outputs + step.spare}
    expected = ExpectedOutputs(step.op.outs, outputs, step.title)
    if type(result) in ASYNCHRONOUS:
        result = settled(result)
    if step.op.takes_inputs_together and not isinstance(result, GeneratorType):
        raise InvariantViolationError(
            f"{step.title}: the function of an OpDefinition yields its outputs; this one returned {result!r}."
        )
    for item in expected.items(result):
        if isinstance(item, Output):
            _store(session, step, expected.claim(item), item.value, item.metadata, events)
        elif isinstance(item, DynamicOutput):
            output = expected.claim(item)
            _store(session, step, output, item.value, item.metadata, events, item.mapping_key)
        elif isinstance(item, Report):
            events.append(report_event(session, step, item))
        else:
            raise expected.no_output(item)
    return expected.left_out(), expected.mapping_keys


def report_event(session: Session, step: Step, report: Report) -> Event:
    """Return the event that records a report of the user's."""
    if isinstance(report, ExpectationResult):
        kind = EventType.STEP_EXPECTATION_RESULT
        return Event(kind, session.run_id, time(), step.key, None, report)
    made = isinstance(report, AssetMaterialization)
    kind = EventType.ASSET_MATERIALIZATION if made else EventType.ASSET_OBSERVATION
    return Event(kind, session.run_id, time(), step.key, report.asset_key, report)


def _store(
    session: Session,
    step: Step,
    output: StepOutput,
    value: Any,
    metadata: Mapping[str, MetadataValue],
    events: list[Event],
    mapping_key: str | None = None,
) -> None:
    run_id, step_key, op = session.run_id, step.key, step.op
    _, name, asset_key, manager_key, defined, _, _, _, _, partitions, _ = output
    dagster_type = op.output_types.get(name, ANY_TYPE)
    if step.hooks:
        _keep_for_hooks(session, step_key, name, value, mapping_key)
    if session.output_metadata:
        added = session.output_metadata.get(step_key, {}).pop((name, mapping_key), {})
        metadata = {**metadata, **added}
    verdict, refusal = None, None
    if dagster_type is not ANY_TYPE:
        verdict, refusal = verdict_of(session, dagster_type, value, step, "Output", name)
    data = make_output_data((name, None, metadata, verdict, mapping_key))
    events.append(make_event((_OUTPUT, run_id, time(), step_key, None, data)))
    if refusal is not None:
        raise refusal
    pool = session.resources
    manager, config, required = pool.managers.get(manager_key) or pool.io_manager(
        manager_key, asset_key or step_key
    )
    context = OutputContext(
        step_key,
        name,
        run_id,
        defined,
        mapping_key,
        session.op_config(step).outputs.get(name) if session.ops else None,
        dagster_type,
        session.log,
        op.version,
        config,
        required,
        op,
        asset_key,
        None if step.partitions is None else step.partition_key,
        partitions,
    )
    said = manager.handle_output(context, value)
    for report in context.get_logged_events():
        events.append(report_event(session, step, report))
    by_manager = context.added_metadata
    if said is not None or by_manager:
        metadata = {**metadata, **by_manager, **_metadata_of(session, step, output, said, events)}
    if asset_key is not None:
        tags = session.provenance.tags_of(step, asset_key, run_id, partitions)
        if partitions is None:
            made = AssetMaterialization.of(asset_key, tags, metadata)
            events.append(make_event((_MADE, run_id, time(), step_key, asset_key, made)))
        else:
            apart = context.metadata_by_partition
            for partition in partitions:
                said_of_it = {**metadata, **apart[partition]} if partition in apart else metadata
                made = AssetMaterialization.of(asset_key, tags, said_of_it, partition)
                events.append(make_event((_MADE, run_id, time(), step_key, asset_key, made)))
    data = make_output_data((name, manager_key, _NO_METADATA, None, mapping_key))
    events.append(make_event((_HANDLED, run_id, time(), step_key, None, data)))
    if mapping_key is not None:
        output = output._replace(mapping_key=mapping_key)
    if partitions is None:  # there may be many partitions, and few readers of each
        session.stored[asset_key or identity(output)] = context
    if session.values is not None:
        if mapping_key is None:
            session.values[step_key, name] = value
        else:
            session.values.setdefault((step_key, name), {})[mapping_key] = value


def _keep_for_hooks(session: Session, step_key: str, name: str, value: Any, mapping_key: str | None) -> None:
    values = session.hook_values.setdefault(step_key, {})
    if mapping_key is None:
        values[name] = value
    else:
        values.setdefault(name, {})[mapping_key] = value


def _metadata_of(
    session: Session, step: Step, output: StepOutput, said: Any, events: list[Event]
) -> Mapping[str, MetadataValue]:
    if said is None or isinstance(said, Mapping):
        return normalize_metadata(said)
    metadata: dict[str, MetadataValue] = {}
    for item in said if isinstance(said, Iterable) else (said,):
        if isinstance(item, MetadataEntry):
            metadata[item.label] = item.value
        elif isinstance(item, Mapping):
            metadata.update(normalize_metadata(item))
        elif isinstance(item, Report):
            events.append(report_event(session, step, item))
        else:
            raise InvariantViolationError(
                f"The IO manager '{output.manager_key}' returned {item!r} when it stored "
                f"'{output.asset_key or output.name}'. handle_output returns None or a mapping of metadata, "
                "or yields MetadataEntry objects."
            )
    return metadata
