"""Runtime types made by users: their arguments, their checks and what becomes of a verdict."""

from __future__ import annotations

import copy
import logging
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from holdfast import (
    DagsterType,
    DagsterTypeKind,
    Failure,
    InvalidDefinitionError,
    InvalidMetadata,
    InvariantViolationError,
    MetadataEntry,
    MetadataValue,
    PythonObjectDagsterType,
    TypeCheck,
    TypeCheckContext,
    TypeCheckDidNotPass,
    TypeCheckError,
    UnknownResourceError,
    check_dagster_type,
    dagster_type_loader,
)
from holdfast.types.dagster_type import check_value

CONTEXT = TypeCheckContext()


def of(check: Callable[..., Any]) -> DagsterType:
    return DagsterType(check, name="Even")


def test_arguments() -> None:
    """A type keeps what it was made of."""
    loader = dagster_type_loader(int)(lambda _context, config: config)
    made = DagsterType(
        lambda _context, _value: True,
        key="even",
        name="Even",
        is_builtin=True,
        description="an even number",
        loader=loader,
        materializer="kept",
        required_resource_keys={"limit"},
        kind=DagsterTypeKind.SCALAR,
        typing_type=int,
        metadata={"rows": 3},
    )
    assert (made.key, made.display_name, made.unique_name, made.is_builtin) == ("even", "Even", "Even", True)
    assert (made.description, made.loader, made.materializer) == ("an even number", loader, "kept")
    assert (made.required_resource_keys, made.kind) == ({"limit"}, DagsterTypeKind.SCALAR)
    assert (made.typing_type, made.metadata) == (int, {"rows": MetadataValue.int(3)})
    assert repr(made) == "DagsterType('Even')"


def test_defaults() -> None:
    """A type needs a check and a name alone."""
    made = of(lambda _context, _value: True)
    assert (made.key, made.description, made.loader, made.typing_type) == ("Even", None, None, Any)
    assert (made.required_resource_keys, made.kind) == (frozenset(), DagsterTypeKind.REGULAR)
    assert not made.is_builtin


def test_key_alone() -> None:
    """A type with a key alone is shown by its key and has no unique name."""
    made = DagsterType(lambda _context, _value: True, key="even")
    assert (made.display_name, made.has_unique_name) == ("even", False)
    with pytest.raises(InvariantViolationError, match="'even' has a key and no name"):
        _ = made.unique_name
    assert of(lambda _context, _value: True).has_unique_name


def test_metadata_entries() -> None:
    """A type takes its metadata as entries too, but not in both forms."""
    entries = [MetadataEntry("rows", value=3)]
    made = DagsterType(lambda _context, _value: True, name="Even", metadata_entries=entries)
    assert made.metadata == {"rows": MetadataValue.int(3)}
    with pytest.raises(InvalidMetadata, match="metadata of DagsterType 'Even' is given twice"):
        DagsterType(lambda _c, _v: True, name="Even", metadata_entries=entries, metadata={"a": 1})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": None}, "name is a string that is not empty, not None"),
        ({"name": ""}, "name is a string that is not empty, not ''"),
        ({"name": 4}, "name is a string that is not empty, not 4"),
        ({"type_check_fn": 1}, "'Even': type_check_fn is a function, not 1"),
        ({"type_check_fn": lambda value: True}, "'Even': type_check_fn takes two arguments"),
        ({"description": 4}, "'Even': description is a string, not 4"),
        ({"loader": 4}, "'Even': loader is a function decorated with @dagster_type_loader, not 4"),
        (
            {"required_resource_keys": "limit"},
            "'Even': required_resource_keys is a set of strings, not 'limit'",
        ),
        ({"kind": "SCALAR"}, "'Even': kind is a DagsterTypeKind, not 'SCALAR'"),
    ],
)
def test_wrong_arguments(wrong: dict[str, Any], message: str) -> None:
    """An argument of the wrong type is an error that names the type and the argument."""
    arguments = {"type_check_fn": lambda _context, _value: True, "name": "Even", **wrong}
    with pytest.raises(InvalidDefinitionError, match=message):
        DagsterType(**arguments)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (True, TypeCheck(True)),
        (False, TypeCheck(False)),
        (TypeCheck(True, "fine"), TypeCheck(True, "fine")),
        (TypeCheck(False, "odd", metadata={"rest": 1}), TypeCheck(False, "odd", metadata={"rest": 1})),
    ],
)
def test_verdicts(said: Any, verdict: TypeCheck) -> None:
    """A check says with a truth value or a `TypeCheck` whether a value is of the type."""
    assert of(lambda _context, _value: said).type_check(CONTEXT, 5) == verdict
    assert check_dagster_type(of(lambda _context, _value: said), 5) == verdict


@pytest.mark.parametrize("said", [None, 1, "yes", np.bool_(True), Failure("odd")])
def test_no_verdict(said: Any) -> None:
    """A check that says anything else is an error that names the type and the fix."""
    with pytest.raises(InvariantViolationError, match=r"'Even' returned .*Return True, False or a TypeCheck"):
        check_dagster_type(of(lambda _context, _value: said), 5)


def test_check_that_raises() -> None:
    """Outside of a run, what a check raises is raised."""
    with pytest.raises(ZeroDivisionError):
        check_dagster_type(of(lambda _context, value: 1 / value), 0)


def test_check_that_raises_a_failure() -> None:
    """A failure that a check raises is a verdict with its description and metadata."""

    def check(_context: TypeCheckContext, _value: Any) -> bool:
        raise Failure("odd", metadata={"rest": 1})

    assert check_dagster_type(of(check), 5) == TypeCheck(False, "odd", metadata={"rest": 1})


def test_type_check_metadata() -> None:
    """A verdict takes its metadata as entries too, but not in both forms."""
    entries = [MetadataEntry("rows", value=3)]
    assert TypeCheck(True, metadata_entries=entries) == TypeCheck(True, metadata={"rows": 3})
    with pytest.raises(InvalidMetadata, match="TypeCheck metadata is given twice"):
        TypeCheck(True, metadata_entries=entries, metadata={"a": 1})


def test_type_check_of_wrong_type() -> None:
    """A verdict is a truth value."""
    with pytest.raises(InvariantViolationError, match="success is True or False, not 'yes'"):
        TypeCheck("yes")  # type: ignore[arg-type]


def test_context() -> None:
    """A check is told the run, the logger and the resources."""
    context = TypeCheckContext(run_id="r", resources={"limit": 3}, log=logging.getLogger("mine"))
    seen = []
    of(lambda context, _value: bool(seen.append(context) or True)).type_check(context, 5)
    assert seen == [context]
    assert (context.run_id, context.resources, context.log.name) == ("r", {"limit": 3}, "mine")


def test_context_without_run() -> None:
    """Outside of a run there is a logger, and a resource is an error that says so."""
    assert CONTEXT.log.name == "holdfast.run"
    with pytest.raises(UnknownResourceError, match="A type check outside of a run has no resource 'limit'"):
        check_dagster_type(of(lambda context, value: context.resources.limit < value), 5)


def test_python_object() -> None:
    """The type of a class is named for it, and takes every other argument of a type."""
    made = PythonObjectDagsterType(int, description="a number", required_resource_keys={"limit"})
    assert (made.display_name, made.key, made.typing_type, made.python_type) == ("int", "int", int, int)
    assert (made.description, made.required_resource_keys) == ("a number", {"limit"})
    assert check_dagster_type(made, 1).success
    assert not check_dagster_type(made, "a").success


def test_python_object_with_key_and_name() -> None:
    """The type of a class takes a key and a name by position."""
    made = PythonObjectDagsterType(int, "k", "n")
    assert (made.key, made.unique_name) == ("k", "n")


def test_python_object_of_several_classes() -> None:
    """The type of several classes takes the instances of each."""
    made = PythonObjectDagsterType((int, str))
    assert (made.display_name, made.typing_type) == ("Union[int, str]", int | str)
    assert check_dagster_type(made, 1).success
    assert check_dagster_type(made, "a").success
    assert "Union[int, str], not one of the type float" in str(check_dagster_type(made, 1.5).description)


@pytest.mark.parametrize("python_type", ["int", list[int], (), (int, "str")])
def test_python_object_of_no_class(python_type: Any) -> None:
    """What is no class is an error."""
    with pytest.raises(InvalidDefinitionError, match="python_type is a class or a tuple of classes, not"):
        PythonObjectDagsterType(python_type)


def test_value_that_passes() -> None:
    """In a run, a value that passes gives the verdict."""
    verdict = TypeCheck(True, "fine", metadata={"rest": 0})
    assert check_value(of(lambda _context, _value: verdict), 4, CONTEXT, "Output 'result'") is verdict


def test_value_that_does_not_pass() -> None:
    """In a run, a value that does not pass is an error with the verdict's description and metadata."""
    odd = of(lambda _context, _value: TypeCheck(False, "it is odd", metadata={"rest": 1}))
    with pytest.raises(
        TypeCheckDidNotPass, match=r"^Output 'x' is not of the type Even: it is odd\.$"
    ) as caught:
        check_value(odd, 5, CONTEXT, "Output 'x'")
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.what, error.expected, error.found) == ("Output 'x'", "Even", "int")
    assert (error.description, error.metadata) == ("it is odd", {"rest": MetadataValue.int(1)})


def test_value_that_does_not_pass_without_description() -> None:
    """A verdict without a description leaves the Python type of the value to say."""
    with pytest.raises(TypeCheckDidNotPass, match="did not pass a value of the Python type int"):
        check_value(of(lambda _context, _value: False), 5, CONTEXT, "Output 'x'")


def test_value_whose_check_raises() -> None:
    """In a run, a check that raises is an error that names it and has what it raised as its cause."""
    with pytest.raises(
        TypeCheckError, match="Output 'x': the check of the type 'Even' raised Zero"
    ) as caught:
        check_value(of(lambda _context, value: 1 / value), 0, CONTEXT, "Output 'x'")
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_value_whose_check_is_wrong() -> None:
    """In a run, errors that name what is wrong with the check go through."""
    with pytest.raises(InvariantViolationError, match="returned None"):
        check_value(of(lambda _context, _value: None), 0, CONTEXT, "Output 'x'")
    with pytest.raises(UnknownResourceError):
        check_value(of(lambda context, _value: context.resources.limit), 0, CONTEXT, "Output 'x'")


def test_loader() -> None:
    """A type loader keeps its function and its arguments."""

    @dagster_type_loader({"n": int}, required_resource_keys={"factor"}, loader_version="2")
    def twice(_context: Any, config: Any) -> Any:
        return config["n"] * 2

    assert twice.load(None, {"n": 4}) == 8
    assert (twice.config_schema, twice.loader_version) == ({"n": int}, "2")
    assert twice.required_resource_keys == {"factor"}


def test_loader_of_wrong_arguments() -> None:
    """A loader of other arguments is an error, as are resource keys that are no set."""
    with pytest.raises(InvalidDefinitionError, match="takes two arguments, the context and the config"):
        dagster_type_loader(int)(lambda config: config)  # type: ignore[arg-type, misc]
    with pytest.raises(InvalidDefinitionError, match="required_resource_keys is a set, not 'factor'"):
        dagster_type_loader(int, required_resource_keys="factor")  # type: ignore[arg-type]


def test_a_copy_of_a_type_keeps_its_class() -> None:
    """Worker processes work with copies."""
    count = copy.copy(PythonObjectDagsterType(int, name="Count"))
    assert (count.python_type, count.display_name) == (int, "Count")
