"""Between a caller and the user's function stand few frames, so that a traceback can be read."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

import pytest

import holdfast
from holdfast import asset, define_asset_job, materialize, materialize_to_memory, repository

MOST_FRAMES = 5
LIBRARY = Path(holdfast.__file__).parent


def library_frames() -> list[str]:
    """Return the frames above the caller's that are not this file's."""
    stack = traceback.extract_stack(sys._getframe(1))
    inner = max(place for place, frame in enumerate(stack[:-1]) if frame.filename == __file__)
    return [f"{Path(frame.filename).name}: {frame.name}" for frame in stack[inner + 1 : -1]]


@asset
def returned() -> list[str]:
    """Return the frames above a plain function."""
    return library_frames()


@asset
def with_context_and_input(context, returned: list[str]) -> list[str]:
    """Return the frames above a function that takes a context and an input."""
    return library_frames()


@repository
def both():
    """Both assets, in a job."""
    return [returned, with_context_and_input, define_asset_job("everything")]


RUNS = {
    "materialize": lambda: materialize([returned, with_context_and_input]),
    "materialize_to_memory": lambda: materialize_to_memory([returned, with_context_and_input]),
    "execute_in_process": lambda: both.get_job("everything").execute_in_process(),
}


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("name", ["returned", "with_context_and_input"])
def test_few_frames_stand_above_an_asset(run, name):
    """At most five frames stand between the caller and the user's function, whosever they are."""
    frames = run().output_for_node(name)
    assert 0 < len(frames) <= MOST_FRAMES, frames
