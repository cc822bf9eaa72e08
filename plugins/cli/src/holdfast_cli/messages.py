"""What is said of a run: a line for each thing that happens, and a summary at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import localtime, strftime

from holdfast.events import BACKFILL_TAG, Event, EventType, RunStatus
from holdfast.failures import ErrorInfo
from holdfast_cli.output import duration, plain
from holdfast_cli.partitioned_steps import PartitionedSteps
from holdfast_cli.run_record import RunRecord, StepRecord, StepStatus

__all__ = ["SHORT_ID", "UNFINISHED", "event_line", "failures", "summary"]

SHORT_ID = 8
"""How much of a run's id people are shown."""

UNFINISHED = (StepStatus.RUNNING, StepStatus.RETRYING)
"""What a step is while it may still come to its end."""

_STEP_ENDS = (EventType.STEP_SUCCESS, EventType.STEP_FAILURE, EventType.STEP_SKIPPED)

_MOST_NAMES = 10
_MOST_PARTITIONS = 10
_MOST_REPORTS = 10
_MOST_DIFFERENT = 3


def event_line(record: RunRecord, event: Event) -> str | None:
    """Return the line for an event that the record has taken in, ``None`` for one that needs none."""
    step, partition = record.of(event)
    if step is None:
        text = _run_text(record, event)
    elif isinstance(step, PartitionedSteps):
        text = _partition_text(step, event, partition)
    else:
        text = _step_text(record, step, event)
    return None if text is None else f"{strftime('%H:%M:%S', localtime(event.timestamp))} {text}"


def _run_text(record: RunRecord, event: Event) -> str | None:
    if event.type is EventType.RUN_CANCELED:
        return "interrupted, ending the run (Ctrl-C again ends it at once)"
    if event.type is EventType.RUN_START and record.about.step_counts:
        return f"run {record.run_id[:SHORT_ID]}: {', '.join(_totals(record))}"
    return None


def _totals(record: RunRecord) -> Iterator[str]:
    for key, count in record.about.step_counts.items():
        yield f"{plain(key)} {count:,} partition{'' if count == 1 else 's'}"


def _partition_text(step: PartitionedSteps, event: Event, partition: str) -> str | None:
    if event.type is EventType.STEP_FAILURE and len(step.failed) <= _MOST_PARTITIONS:
        return f"{plain(step.label)} failed for {plain(partition)}: {_first_line(event.data.error)}"
    if event.type is EventType.HOOK_ERRORED:
        problem = _first_line(event.data.error)
        return f"{plain(step.label)}, {plain(partition)}: its hook {event.data.hook_name} raised {problem}"
    if event.type not in _STEP_ENDS:
        return None
    # A line for each tenth of many partitions, and one for few.
    if step.is_ended or not step.count_ended % max(step.total // 10, _MOST_PARTITIONS):
        return f"{plain(step.label)}: {step.counts}"
    return None


def _step_text(record: RunRecord, step: StepRecord, event: Event) -> str | None:
    name = plain(step.label)
    took = "" if step.seconds is None else duration(step.seconds)
    if event.type is EventType.STEP_START:
        return f"{name} started" + (f" again, attempt {step.attempt}" if step.attempt > 1 else "")
    if event.type is EventType.STEP_SUCCESS:
        if step.observed and not step.made:
            return f"{name} observed in {took}: version {plain(', '.join(step.observed.values()))}"
        if not step.assets:
            return f"{name} done in {took}"
        return f"{name} made in {took}" if step.made else f"{name} made nothing in {took}"
    if event.type is EventType.STEP_FAILURE:
        return f"{name} failed after {took}: {_first_line(event.data.error)}"
    if event.type is EventType.STEP_UP_FOR_RETRY:
        problem = _first_line(event.data.error)
        return f"{name} failed after {took}, to be tried again in {step.retry_in:g} s: {problem}"
    if event.type is EventType.HOOK_ERRORED:
        return f"{name}: its hook {event.data.hook_name} raised {_first_line(event.data.error)}"
    if event.type is EventType.STEP_SKIPPED:
        return f"{name} skipped because {plain(record.why_skipped(step))}"
    return None


def _first_line(error: ErrorInfo) -> str:
    text = f"{error.type_name}: {error.message}".strip(": ")
    return plain(text.partition("\n")[0])


def failures(record: RunRecord) -> Iterator[str]:
    """Yield what went wrong: a report for each failed step, and which steps were skipped because of it."""
    failed = record.having(StepStatus.FAILED)
    for step in failed[:_MOST_REPORTS]:
        yield f"{_what(step)} failed:"
        yield from step.error.report().splitlines() if step.error else ()
        yield ""
    for steps in record.partitioned:
        yield from _partition_failures(steps)
    if len(failed) > _MOST_REPORTS:
        yield f"{len(failed) - _MOST_REPORTS} more failed; 'holdfast runs show --json' has every report."
        yield ""
    if record.status is RunStatus.CANCELED:
        running = [step.label for step in record.single if step.status in UNFINISHED]
        running += [f"{step.label} for {key}" for step in record.partitioned for key in step.running]
        if running:
            yield f"Interrupted: {_names(running)}"
    causes: dict[str, list[str]] = {}
    for step in record.having(StepStatus.SKIPPED):
        causes.setdefault(record.why_skipped(step), []).append(step.label)
    for steps in record.partitioned:
        for cause, count in steps.causes.items():
            partitions = f"{count:,} partition{'' if count == 1 else 's'}"
            causes.setdefault(cause, []).append(f"{steps.label} ({partitions})")
    for cause, skipped in causes.items():
        yield f"Skipped because {plain(cause)}: {_names(skipped)}"


def _partition_failures(steps: PartitionedSteps) -> Iterator[str]:
    """Yield which partitions failed, and a report for each thing that went wrong with the first of them."""
    if not steps.failed:
        return
    names = list(steps.failed)
    count = "1 partition" if len(names) == 1 else f"{len(names):,} partitions"
    yield f"{_what(steps)} failed for {count}: {_names(names)}"
    seen: set[str] = set()
    for partition, error in steps.reports:
        report = error.report()
        if report not in seen and len(seen) < _MOST_DIFFERENT:
            seen.add(report)
            yield f"{plain(partition)}:"
            yield from report.splitlines()
    yield ""


def summary(record: RunRecord) -> str:
    """Return how a run has ended, in a line, and in another how to make what is left of a backfill."""
    ends = {
        RunStatus.STARTED: "has not ended",
        RunStatus.SUCCESS: "succeeded in",
        RunStatus.FAILURE: "failed after",
        RunStatus.CANCELED: "was canceled after",
    }
    took = "" if record.ended is None else f" {duration(record.ended - record.started)}"
    steps = record.single
    made = sum(key in step.made for step in steps for key in step.assets)
    observed = sum(len(step.observed) for step in steps if not step.assets)
    many = record.partitioned
    of_assets = observed or many or any(step.assets for step in steps)
    missing = {
        status.value: sum(len(step.assets) if of_assets else 1 for step in record.having(status))
        for status in (StepStatus.FAILED, StepStatus.SKIPPED)
    }
    if many:
        missing["failed"] += sum(len(step.failed) for step in many)
        missing["skipped"] += sum(len(step.skipped) for step in many)
        parts = [_made_of_many(many)] + ([f"{made} whole asset{'' if made == 1 else 's'}"] if made else [])
    elif of_assets:
        parts = [f"{made} asset{'' if made == 1 else 's'} made"] if made or not observed else []
    else:
        done = len(record.having(StepStatus.MADE))
        parts = [f"{done} step{'' if done == 1 else 's'} done"]
    parts += [f"{observed} source asset{'' if observed == 1 else 's'} observed"] if observed else []
    parts += [f"{count:,} {what}" for what, count in missing.items() if count]
    short = record.run_id[:SHORT_ID]
    text = f"Run {short} {ends[record.status]}{took}: {', '.join(parts)}."
    if BACKFILL_TAG in record.about.tags and record.status is not RunStatus.SUCCESS:
        text += f"\n'holdfast resume {short}' makes what is left."
    return text


def _made_of_many(many: Sequence[PartitionedSteps]) -> str:
    made = sum(step.made for step in many if step.assets)
    assets = sum(len(step.assets) for step in many)
    partitions = f"{made:,} partition{'' if made == 1 else 's'}"
    return f"{partitions} of {assets} asset{'' if assets == 1 else 's'} made"


def _what(step: StepRecord | PartitionedSteps) -> str:
    assets = ", ".join(map(str, step.assets))
    if len(step.assets) == 1:
        return plain(f"Asset '{assets}'")
    return plain(f"Step '{step.key}' (assets {assets})" if assets else f"Step '{step.key}'")


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(map(plain, names[:_MOST_NAMES]))
    return shown + (f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else "")
