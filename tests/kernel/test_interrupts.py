"""Ctrl-C while a run is recorded."""

from __future__ import annotations

import signal

import pytest

from holdfast import Instance, asset, define_asset_job, execute_job, repository
from holdfast.events import EventType


@pytest.fixture(autouse=True)
def _ctrl_c_interrupts():
    """Whatever started the tests, such as a job in the background that ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


IN_PROCESS = {"execution": {"config": "in_process"}}


@asset
def first():
    return 1


@asset
def second(first):
    return 1


@repository
def flows():
    return [first, second, define_asset_job("both")]


def interrupted_at(moment: EventType) -> list[str]:
    """Run both assets, interrupted when the listener hears of something; return what it heard."""
    heard = []

    def listen(events):
        for event in events:
            if event.type is moment and moment.value not in heard:
                signal.raise_signal(signal.SIGINT)
            heard.append(event.event_type_value)

    with pytest.raises(KeyboardInterrupt):
        execute_job(flows.get_job("both"), Instance.ephemeral(), IN_PROCESS, listener=listen)
    return heard


@pytest.mark.parametrize("moment", [EventType.RUN_START, EventType.STEP_START, EventType.STEP_SUCCESS])
def test_ctrl_c_waits_until_a_batch_is_recorded(moment):
    """Ctrl-C while events are recorded takes effect once they are, and the run is recorded as canceled."""
    heard = interrupted_at(moment)
    assert heard.count(moment.value) == 1
    assert heard[-1] == "RUN_CANCELED"
    assert heard.count("RUN_CANCELED") == 1


def test_the_end_of_a_run_stands():
    """Ctrl-C while the end is recorded leaves a run that has succeeded."""
    assert interrupted_at(EventType.RUN_SUCCESS)[-1] == "RUN_SUCCESS"


def test_the_handler_of_the_program_is_given_back():
    """After a run, Ctrl-C is handled as before, and a program's own handler is left alone."""
    job = flows.get_job("both")
    job.execute_in_process()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        job.execute_in_process()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
