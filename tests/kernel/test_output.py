"""What computations return, yield and raise: outputs, versions, and failures with their metadata."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from holdfast import (
    DynamicOutput,
    Failure,
    InvalidMetadata,
    InvalidNameError,
    InvariantViolationError,
    LogicalVersion,
    MetadataEntry,
    MetadataValue,
    Output,
    RetryRequested,
    file_relative_path,
)

TAKES_METADATA = [partial(Output, 1), partial(DynamicOutput, 1, "key"), partial(Failure, "why")]


def test_output() -> None:
    """An output is a value, the name of the output, and metadata."""
    output = Output(3, "total", metadata={"rows": 3})
    assert (output.value, output.output_name, output.metadata) == (3, "total", {"rows": MetadataValue.int(3)})
    assert Output(3).output_name == "result"
    assert Output(3) == Output(3) != Output(3, "total")


def test_dynamic_output() -> None:
    """A dynamic output has a mapping key too."""
    output = DynamicOutput(3, "key", "total", metadata={"rows": 3})
    assert (output.value, output.mapping_key, output.output_name) == (3, "key", "total")
    assert output.metadata == {"rows": MetadataValue.int(3)}
    assert DynamicOutput(3, "key").output_name == "result"


@pytest.mark.parametrize("key", ["a-b", "a.b", "", "\u00e9", "a b", "class", "context", 1, None])
def test_wrong_mapping_key(key: Any) -> None:
    """A mapping key names steps, so it keeps to the naming rule."""
    with pytest.raises(InvalidNameError, match="is not a valid mapping key"):
        DynamicOutput(1, key)


@pytest.mark.parametrize("output", [partial(Output, 1), partial(DynamicOutput, 1, "key")])
def test_wrong_output_name(output: Callable[..., Any]) -> None:
    """The name of an output is a string."""
    with pytest.raises(InvariantViolationError, match=rf"{output.func.__name__}: output_name is a string"):
        output(output_name=None)


@pytest.mark.parametrize("made", TAKES_METADATA)
def test_metadata_entries(made: Callable[..., Any]) -> None:
    """Metadata may be given as entries, but not in both forms."""
    entries = [MetadataEntry("rows", value=3)]
    assert made(metadata_entries=entries).metadata == {"rows": MetadataValue.int(3)}
    with pytest.raises(InvalidMetadata, match=rf"{made.func.__name__}.* is given twice"):
        made(metadata_entries=entries, metadata={"rows": 3})


@pytest.mark.parametrize("made", TAKES_METADATA)
def test_wrong_metadata(made: Callable[..., Any]) -> None:
    """Metadata that is no mapping is an error that says whose it is."""
    with pytest.raises(InvalidMetadata, match=rf"{made.func.__name__}.* mapping of string labels"):
        made(metadata=[1])


def test_failure() -> None:
    """A failure has a description, metadata, and leaves retries to the policy unless it says so."""
    failure = Failure("no rows", metadata={"rows": 0}, allow_retries=False)
    assert (str(failure), failure.description, failure.allow_retries) == ("no rows", "no rows", False)
    assert failure.metadata == {"rows": MetadataValue.int(0)}
    assert (str(Failure()), Failure().description, Failure().allow_retries) == ("", None, True)


def test_failure_crosses_processes() -> None:
    """A failure crosses processes unchanged."""
    failure = pickle.loads(pickle.dumps(Failure("no rows", metadata={"rows": 0}, allow_retries=False)))
    assert (failure.description, failure.allow_retries) == ("no rows", False)
    assert failure.metadata == {"rows": MetadataValue.int(0)}


@pytest.mark.parametrize("wrong", [{"description": 1}, {"allow_retries": 1}])
def test_wrong_failure(wrong: dict[str, Any]) -> None:
    """An argument of the wrong type is an error that names it."""
    with pytest.raises(InvariantViolationError, match=f"Failure: {next(iter(wrong))} is .* not 1"):
        Failure(**wrong)


def test_retry_requested() -> None:
    """A request for a retry says how many there may be and how long to wait, also in another process."""
    request = pickle.loads(pickle.dumps(RetryRequested(3, 0.5)))
    assert (request.max_retries, request.seconds_to_wait) == (3, 0.5)
    assert (RetryRequested().max_retries, RetryRequested().seconds_to_wait) == (1, None)


@pytest.mark.parametrize("wrong", [{"max_retries": "x"}, {"seconds_to_wait": "x"}])
def test_wrong_retry_requested(wrong: dict[str, Any]) -> None:
    """An argument that is no number is an error that names it."""
    with pytest.raises(InvariantViolationError, match=f"RetryRequested: {next(iter(wrong))} is .* not 'x'"):
        RetryRequested(**wrong)


def test_logical_version() -> None:
    """A version is a text; equal texts are equal versions."""
    assert LogicalVersion("a").value == "a"
    assert {LogicalVersion("a"), LogicalVersion("a")} == {LogicalVersion("a")}
    assert LogicalVersion("a") != LogicalVersion("b")


@pytest.mark.parametrize("value", [1, None])
def test_wrong_logical_version(value: Any) -> None:
    """A version that is no text is an error."""
    with pytest.raises(InvariantViolationError, match=f"LogicalVersion: value is a string, not {value}"):
        LogicalVersion(value)


@pytest.mark.parametrize(
    ("module", "relative", "path"),
    [("/a/b.py", "x/y.txt", "/a/x/y.txt"), ("/a/b.py", "../x.txt", "/a/../x.txt"), ("b.py", "x", "x")],
)
def test_file_relative_path(module: str, relative: str, path: str) -> None:
    """A path relative to a module is relative to the module's directory."""
    assert file_relative_path(module, relative) == path
