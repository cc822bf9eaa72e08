"""Definitions of resources and IO managers: how they are made, and how they are called in tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import MagicMock

import pytest

from holdfast import (
    AssetIn,
    Field,
    InitResourceContext,
    InMemoryIOManager,
    InputContext,
    InputManagerDefinition,
    InvalidConfigDefinitionError,
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
    IOManagerDefinition,
    MissingResourceError,
    OutputContext,
    ResourceDefinition,
    SourceAsset,
    asset,
    build_init_resource_context,
    build_input_context,
    build_output_context,
    build_resources,
    input_manager,
    io_manager,
    make_values_resource,
    materialize,
    resource,
)


def made(definition: ResourceDefinition, *config: Any) -> Any:
    given = {"r": {"config": config[0]}} if config else {}
    with build_resources({"r": definition}, resource_config=given) as resources:
        return resources.r


# -- ready-made definitions --------------------------------------------------------------------------


def test_a_value_can_be_a_resource() -> None:
    """Itself, ``None``, or a mock; each may be described."""
    value = object()
    assert made(ResourceDefinition.hardcoded_resource(value)) is value
    assert made(ResourceDefinition.none_resource()) is None
    assert isinstance(made(ResourceDefinition.mock_resource()), MagicMock)
    for define in (ResourceDefinition.none_resource, ResourceDefinition.mock_resource):
        assert define("text").description == "text"
    assert ResourceDefinition.hardcoded_resource(1, "text").description == "text"


def test_a_mock_is_new_each_time() -> None:
    """So that tests do not see each other's calls."""
    definition = ResourceDefinition.mock_resource()
    assert made(definition) is not made(definition)


def test_a_string_resource_is_its_config() -> None:
    """Which must be a string."""
    assert made(ResourceDefinition.string_resource("text"), "abc") == "abc"
    assert ResourceDefinition.string_resource("text").description == "text"
    with pytest.raises(InvalidConfigError, match="expected str, not 5"):
        made(ResourceDefinition.string_resource(), 5)


def test_values_from_config_are_a_resource() -> None:
    """A dictionary with the entries that were named, or anything."""
    assert made(make_values_resource(a=int, b=Field(str, "x")), {"a": 1}) == {"a": 1, "b": "x"}
    assert made(make_values_resource(), 5) == 5
    with pytest.raises(InvalidConfigError, match=r"r\.config: this is required"):
        made(make_values_resource())
    with pytest.raises(InvalidConfigDefinitionError, match="5 is no config type"):
        make_values_resource(a=5)


def test_a_hardcoded_io_manager_is_one() -> None:
    """Anything else is an error that shows it."""
    manager = InMemoryIOManager()
    definition = IOManagerDefinition.hardcoded_io_manager(manager, "text")
    assert made(definition) is manager
    assert definition.description == "text"
    with pytest.raises(InvalidDefinitionError, match="not 5"):
        IOManagerDefinition.hardcoded_io_manager(5)  # type: ignore[arg-type]


# -- decorators --------------------------------------------------------------------------------------


@pytest.mark.parametrize("decorator", [resource, io_manager, input_manager])
def test_decorators_keep_what_they_are_given(decorator: Any) -> None:
    """Description, version and requirements."""
    define = decorator(description="d", required_resource_keys={"x"}, version="2", config_schema=int)
    definition = define(lambda context: 1)
    assert (definition.description, definition.version) == ("d", "2")
    assert definition.required_resource_keys == {"x"}
    assert definition.config_schema.is_required


@pytest.mark.parametrize(
    ("decorator", "kind"),
    [
        (resource, ResourceDefinition),
        (io_manager, IOManagerDefinition),
        (input_manager, InputManagerDefinition),
    ],
)
def test_decorators_work_bare_and_with_arguments(decorator: Any, kind: type) -> None:
    """A type in front is a schema, not the function."""

    @decorator
    def bare(context: Any) -> None:
        """Text."""

    assert type(bare) is type(decorator()(lambda: 1)) is type(decorator(int)(lambda: 1)) is kind
    assert bare.description == "Text."
    assert not bare.config_schema.is_required


def test_io_managers_have_schemas_for_inputs_and_outputs() -> None:
    """None by default: then neither takes config."""
    manager = io_manager(input_config_schema={"q": int}, output_config_schema=str)(lambda: 1)
    assert (str(manager.input_config_schema.config_type), str(manager.output_config_schema.config_type)) == (
        "{q: int}",
        "str",
    )
    bare = io_manager(lambda: 1)
    assert bare.input_config_schema is bare.output_config_schema is None
    loads = input_manager(input_config_schema=int)(lambda: 1)
    assert loads.input_config_schema.is_required
    assert input_manager(lambda: 1).input_config_schema is None


@pytest.mark.parametrize("parameter", ["input_config_schema", "output_config_schema", "config_schema"])
def test_schemas_of_io_managers_must_be_some(parameter: str) -> None:
    """Said where they are given."""
    with pytest.raises(InvalidConfigDefinitionError, match="5 is no config type"):
        io_manager(**{parameter: 5})(lambda: 1)


@pytest.mark.parametrize("decorator", [resource, io_manager, input_manager])
def test_a_resource_function_takes_the_context_alone(decorator: Any) -> None:
    """Or nothing; more arguments need defaults."""
    with pytest.raises(InvalidDefinitionError, match=r"test_resource_definitions\.py:\d+.*takes 2"):
        decorator(lambda context, other: 1)
    assert decorator(lambda context, other=2: 1)
    assert decorator(lambda *, other=2: 1)


def test_a_resource_function_is_a_function() -> None:
    """Anything else is an error that shows it."""
    with pytest.raises(InvalidDefinitionError, match="resource_fn is a function, not 5"):
        ResourceDefinition(5)  # type: ignore[arg-type]


# -- input managers ----------------------------------------------------------------------------------


def test_an_input_manager_only_loads() -> None:
    """What its function returns for the input."""
    loads = made(input_manager(lambda context: f"got {context.name}"))
    assert loads.load_input(build_input_context(name="x")) == "got x"
    assert made(input_manager(lambda: 5)).load_input(build_input_context(name="x")) == 5
    with pytest.raises(InvariantViolationError, match="only loads"):
        loads.handle_output(build_output_context("step", "result"), 1)


def test_managers_see_the_resources_they_require() -> None:
    """As ``context.resources`` of each input and output, and no others."""
    seen: dict[str, Any] = {}

    class Manager(InMemoryIOManager):
        def handle_output(self, context: OutputContext, obj: Any) -> None:
            seen["out"] = dict(context.resources)

    @input_manager(required_resource_keys={"url"})
    def loads(context: InputContext) -> Any:
        return dict(context.resources)

    source = SourceAsset("raw")
    reads = asset(name="reads", ins={"raw": AssetIn(input_manager_key="loads")})(lambda raw: raw)
    stores = io_manager(required_resource_keys={"base"})(lambda context: Manager())
    resources = {"io_manager": stores, "loads": loads, "url": "here", "base": "there", "other": 1}
    result = materialize([source, reads], resources=resources, selection="reads")
    assert result.output_for_node("reads") == {"url": "here"}
    assert seen["out"] == {"base": "there"}


# -- calls in tests ----------------------------------------------------------------------------------


def test_a_resource_can_be_called_in_a_test() -> None:
    """With a context, by position or name, or with ``None`` where it needs nothing."""

    @resource
    def plain(init_context: Any) -> Any:
        return type(init_context)

    assert issubclass(plain(build_init_resource_context()), InitResourceContext)
    assert plain(None) is plain(init_context=None) is InitResourceContext
    assert resource(lambda: 5)() == 5


def test_a_call_checks_the_config() -> None:
    """By the schema, with defaults."""

    @resource(config_schema={"a": int, "b": Field(int, 3)})
    def checked(context: Any) -> Any:
        return context.resource_config

    assert checked(build_init_resource_context({"a": 1})) == {"a": 1, "b": 3}
    assert checked.configured({"a": 2})(build_init_resource_context()) == {"a": 2, "b": 3}
    with pytest.raises(InvalidConfigError, match=r"config\.a: expected int, not 'x'"):
        checked(build_init_resource_context({"a": "x"}))
    with pytest.raises(InvalidConfigError, match="config: this is required"):
        checked(None)


def test_a_call_checks_the_resources() -> None:
    """Each one that is required must be there, and no others are passed on."""

    @resource(required_resource_keys={"x"})
    def needs(context: Any) -> Any:
        return dict(context.resources)

    assert needs(build_init_resource_context(resources={"x": 4, "y": 5})) == {"x": 4}
    with pytest.raises(MissingResourceError, match=r"'x'.*build_init_resource_context"):
        needs(build_init_resource_context(resources={"y": 5}))


def test_a_called_generator_gives_a_context_manager() -> None:
    """What follows the ``yield`` runs at the end of the block."""
    log: list[str] = []

    @resource
    def connection(context: Any) -> Iterator[int]:
        yield 1
        log.append("down")

    with connection(build_init_resource_context()) as value:
        assert (value, log) == (1, [])
    assert log == ["down"]


def test_what_the_function_raises_goes_through_a_call() -> None:
    """As it is."""
    with pytest.raises(ZeroDivisionError):
        resource(lambda context: 1 / 0)(None)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (lambda context: 1, ()),
        (lambda context: 1, (5,)),
        (lambda context: 1, (None, None)),
        (lambda: 1, (None,)),
        (lambda context, other=2: 1, (None, 3)),
    ],
)
def test_a_resource_is_called_with_its_one_context(function: Any, args: tuple[Any, ...]) -> None:
    """Or with none, where its function takes none."""
    with pytest.raises(InvalidInvocationError, match="build_init_resource_context"):
        resource(function)(*args)


def test_a_context_is_named_as_the_function_names_it() -> None:
    """Another name is an error."""
    with pytest.raises(InvalidInvocationError, match="missing a required argument: 'context'"):
        resource(lambda context: 1)(ctx=None)
