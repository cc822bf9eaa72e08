"""What is said of a run: a line for each thing that happens, and a summary at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import localtime, strftime

from holdfast.events import Event, EventType, RunStatus
from holdfast.failures import ErrorInfo
from holdfast_cli.output import duration, plain
from holdfast_cli.run_record import RunRecord, StepRecord, StepStatus

__all__ = ["SHORT_ID", "UNFINISHED", "event_line", "failures", "summary"]

SHORT_ID = 8
"""How much of a run's id people are shown."""

UNFINISHED = (StepStatus.RUNNING, StepStatus.RETRYING)
"""What a step is while it may still come to its end."""

_MOST_NAMES = 10
_MOST_REPORTS = 10


def event_line(record: RunRecord, event: Event) -> str | None:
    """Return the line for an event that the record has taken in, ``None`` for one that needs none."""
    step = record.steps.get(event.step_key or "")
    text = _run_text(event) if step is None else _step_text(record, step, event)
    return None if text is None else f"{strftime('%H:%M:%S', localtime(event.timestamp))} {text}"


def _run_text(event: Event) -> str | None:
    if event.type is EventType.RUN_CANCELED:
        return "interrupted, ending the run (Ctrl-C again ends it at once)"
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
    if len(failed) > _MOST_REPORTS:
        yield f"{len(failed) - _MOST_REPORTS} more failed; 'holdfast runs show --json' has every report."
        yield ""
    if record.status is RunStatus.CANCELED:
        running = [step.label for step in record.steps.values() if step.status in UNFINISHED]
        if running:
            yield f"Interrupted: {_names(running)}"
    causes: dict[str, list[str]] = {}
    for step in record.having(StepStatus.SKIPPED):
        causes.setdefault(record.why_skipped(step), []).append(step.label)
    for cause, skipped in causes.items():
        yield f"Skipped because {plain(cause)}: {_names(skipped)}"


def summary(record: RunRecord) -> str:
    """Return how a run has ended, in a line."""
    ends = {
        RunStatus.STARTED: "has not ended",
        RunStatus.SUCCESS: "succeeded in",
        RunStatus.FAILURE: "failed after",
        RunStatus.CANCELED: "was canceled after",
    }
    took = "" if record.ended is None else f" {duration(record.ended - record.started)}"
    steps = record.steps.values()
    made = sum(key in step.made for step in steps for key in step.assets)
    observed = sum(len(step.observed) for step in steps if not step.assets)
    of_assets = observed or any(step.assets for step in steps)
    missing = {
        status.value: sum(len(step.assets) if of_assets else 1 for step in record.having(status))
        for status in (StepStatus.FAILED, StepStatus.SKIPPED)
    }
    if of_assets:
        parts = [f"{made} asset{'' if made == 1 else 's'} made"] if made or not observed else []
    else:
        done = len(record.having(StepStatus.MADE))
        parts = [f"{done} step{'' if done == 1 else 's'} done"]
    parts += [f"{observed} source asset{'' if observed == 1 else 's'} observed"] if observed else []
    parts += [f"{count} {what}" for what, count in missing.items() if count]
    return f"Run {record.run_id[:SHORT_ID]} {ends[record.status]}{took}: {', '.join(parts)}."


def _what(step: StepRecord) -> str:
    assets = ", ".join(map(str, step.assets))
    if len(step.assets) == 1:
        return plain(f"Asset '{assets}'")
    return plain(f"Step '{step.key}' (assets {assets})" if assets else f"Step '{step.key}'")


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(map(plain, names[:_MOST_NAMES]))
    return shown + (f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else "")
