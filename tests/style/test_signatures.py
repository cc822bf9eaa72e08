"""The public surface is that of the asset API: every name, parameter, member and value in signatures.json.

Parameters are listed in order by how they are given, ``?`` marking those that may be left out. Holdfast may
have more of everything, but nothing less, and nothing more that a caller must give.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import attrs
import pytest

import holdfast

FACTS = json.loads(Path(__file__).with_name("signatures.json").read_text("utf-8"))
NAMES: dict[str, dict[str, Any]] = FACTS["names"]
KINDS = {
    "positional": inspect.Parameter.POSITIONAL_OR_KEYWORD,
    "keyword": inspect.Parameter.KEYWORD_ONLY,
}
MEMBERS = [(name, member) for name, facts in NAMES.items() for member in facts.get("properties", ())]
METHODS = [
    (name, method, parameters, static)
    for name, facts in NAMES.items()
    for static, kind in ((False, "methods"), (True, "static"))
    for method, parameters in facts.get(kind, {}).items()
]
VALUES = [(name, value) for name, facts in NAMES.items() for value in facts.get("values", ())]


def parameters_of(value: Any) -> list[inspect.Parameter]:
    """Return the parameters of something callable; a resource is called as its function is."""
    function = value.resource_fn if isinstance(value, holdfast.ResourceDefinition) else value
    return list(inspect.signature(function).parameters.values())


def is_in_order(wanted: list[str], found: list[str]) -> bool:
    """Return whether names stand in this order, with nothing public between them."""
    public = [name for name in found if not name.startswith("_")]
    return public[: len(wanted)] == wanted


@pytest.mark.parametrize("name", FACTS["errors"])
def test_an_error_is_there(name):
    """Every error can be caught by its name and by the base of all."""
    assert issubclass(getattr(holdfast, name), holdfast.Error)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_of_its_kind(name):
    """Classes are classes, executors are definitions of executors, and functions can be called."""
    value, kind = getattr(holdfast, name), NAMES[name]["kind"]
    if kind == "class":
        assert inspect.isclass(value)
    elif kind == "function" and name != "Any":
        assert callable(value)
    elif kind == "ExecutorDefinition":
        assert isinstance(value, holdfast.ExecutorDefinition)


@pytest.mark.parametrize("name", [name for name, facts in NAMES.items() if {*KINDS} & facts.keys()])
def test_parameters_are_there(name):
    """Each parameter has its name, its kind, its place, and a default if it may be left out."""
    found = {parameter.name: parameter for parameter in parameters_of(getattr(holdfast, name))}
    for kind in KINDS.keys() & NAMES[name].keys():
        for parameter in NAMES[name][kind]:
            mine = found[parameter.removesuffix("?")]
            assert mine.kind is KINDS[kind], parameter
            assert (mine.default is not mine.empty) == parameter.endswith("?"), parameter
    wanted = [parameter.removesuffix("?") for parameter in NAMES[name].get("positional", ())]
    positional = [each.name for each in found.values() if each.kind is KINDS["positional"]]
    assert is_in_order(wanted, positional)


@pytest.mark.parametrize("name", [name for name, facts in NAMES.items() if {*KINDS} & facts.keys()])
def test_nothing_more_is_required(name):
    """What Holdfast adds may be left out."""
    known = {each.removesuffix("?") for kind in KINDS for each in NAMES[name].get(kind, ())}
    required = {
        each.name
        for each in parameters_of(getattr(holdfast, name))
        if each.kind in KINDS.values() and each.default is each.empty
    }
    assert required <= known


@pytest.mark.parametrize("name", [name for name, facts in NAMES.items() if "extra" in facts])
def test_further_arguments_are_taken(name):
    """What takes any keyword takes any keyword."""
    kinds = {parameter.kind for parameter in parameters_of(getattr(holdfast, name))}
    assert inspect.Parameter.VAR_KEYWORD in kinds


@pytest.mark.parametrize(("name", "member"), MEMBERS)
def test_a_property_is_there(name, member):
    """Each property is one of the class, a field, or something that its objects have."""
    cls = getattr(holdfast, name)
    fields = {field.name for field in attrs.fields(cls)} if attrs.has(cls) else set()
    assert hasattr(cls, member) or member in fields or hasattr(sample(name), member)


def sample(name: str) -> Any:
    """Return an object of a class that gives its objects what the class does not show."""
    return holdfast.GraphDefinition("sample") if name == "GraphDefinition" else None


@pytest.mark.parametrize(("name", "method", "parameters", "static"), METHODS)
def test_a_method_is_there(name, method, parameters, static):
    """Each method takes its parameters in their order, and is called on the class if it is static."""
    cls = getattr(holdfast, name)
    found = [each.name for each in parameters_of(getattr(cls, method)) if each.name != "self"]
    assert is_in_order([each for each in parameters if not each.startswith("_")], found)
    plain = isinstance(inspect.getattr_static(cls, method), staticmethod | classmethod)
    assert plain or not static


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_a_value_is_there(name, value):
    """Enumerations have their members."""
    assert getattr(holdfast, name)[value].name == value
