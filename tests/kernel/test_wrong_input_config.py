"""Resources, config and contexts: what is wrong is named, with the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import holdfast
from holdfast import (
    Error,
    InMemoryIOManager,
    Instance,
    InvalidConfigDefinitionError,
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    MissingResourceError,
    asset,
    define_asset_job,
    graph,
    op,
    resource,
)

number = op(name="number")(lambda: 1)
plus = op(name="plus")(lambda value: value + 1)


@graph
def counting() -> Any:
    return plus(number())


CASES: list[tuple[str, Callable[[], Any], type[Error], str]] = [
    (
        "resource",
        lambda: resource(config_schema={"url": 3})(lambda context: 1),
        InvalidConfigDefinitionError,
        r"config_schema\.url: 3 is no config type.*int, float",
    ),
    ("resource", lambda: resource(lambda a, b: 1), InvalidDefinitionError, "given one argument, the context"),
    (
        "ResourceDefinition",
        lambda: holdfast.ResourceDefinition(lambda context: 1, config_schema={"url": str})(
            holdfast.build_init_resource_context(config={"ulr": "x"})
        ),
        InvalidConfigError,
        "ulr.*Did you mean 'url'",
    ),
    (
        "ResourceDefinition",
        lambda: holdfast.ResourceDefinition(lambda context: 1, required_resource_keys={"db"})(
            holdfast.build_init_resource_context()
        ),
        MissingResourceError,
        r"'db'.*build_init_resource_context\(resources=",
    ),
    (
        "IOManagerDefinition",
        lambda: holdfast.IOManagerDefinition.hardcoded_io_manager(3),
        InvalidDefinitionError,
        "hardcoded_io_manager takes an IOManager, not 3",
    ),
    (
        "io_manager",
        lambda: holdfast.io_manager(required_resource_keys="db")(lambda: InMemoryIOManager()),
        InvalidDefinitionError,
        "required_resource_keys.*not .*'db'",
    ),
    (
        "input_manager",
        lambda: holdfast.input_manager(lambda a, b: 1),
        InvalidDefinitionError,
        "given one argument, the context",
    ),
    (
        "InputManagerDefinition",
        lambda: holdfast.InputManagerDefinition(3),
        InvalidDefinitionError,
        "resource_fn is a function, not 3",
    ),
    (
        "make_values_resource",
        lambda: holdfast.make_values_resource(url=3),
        InvalidConfigDefinitionError,
        "url: 3 is no config type.*int, float",
    ),
    (
        "build_resources",
        lambda: holdfast.build_resources(
            {"db": resource(config_schema=int)(lambda context: 1)}, resource_config={"db": {"config": "x"}}
        ).__enter__(),
        InvalidConfigError,
        "db.config: expected int, not 'x'",
    ),
    (
        "build_op_context",
        lambda: holdfast.build_op_context(config=1, op_config=2),
        InvalidInvocationError,
        "only one of",
    ),
    (
        "build_init_resource_context",
        lambda: holdfast.build_init_resource_context(resources=3),
        InvalidDefinitionError,
        "resources.*3",
    ),
    (
        "build_input_context",
        lambda: holdfast.build_input_context(asset_key=3),
        InvalidDefinitionError,
        "asset key.*3",
    ),
    (
        "build_output_context",
        lambda: holdfast.build_output_context(asset_key=3),
        InvalidDefinitionError,
        "asset key.*3",
    ),
    (
        "build_hook_context",
        lambda: holdfast.build_hook_context(op=3),
        InvalidDefinitionError,
        "op is a computation, not 3",
    ),
    (
        "executor",
        lambda: holdfast.executor(name="e", config_schema={"a": 3})(lambda init: None),
        InvalidConfigDefinitionError,
        r"executor 'e': config_schema\.a: 3 is no config type",
    ),
    (
        "ExecutorDefinition",
        lambda: holdfast.execute_job(
            define_asset_job("j", executor_def=holdfast.ExecutorDefinition("far")).resolve(
                [asset(name="a")(lambda: 1)]
            ),
            Instance.ephemeral(),
        ),
        InvalidDefinitionError,
        "'far' has no executor_creation_fn",
    ),
    (
        "logger",
        lambda: holdfast.logger(config_schema={"a": 3})(lambda context: None),
        InvalidConfigDefinitionError,
        r"logger: config_schema\.a: 3 is no config type",
    ),
    (
        "LoggerDefinition",
        lambda: counting.to_job(logger_defs={"console": print}),
        InvalidDefinitionError,
        "'counting'.*'console'",
    ),
    (
        "configured",
        lambda: holdfast.configured(3),
        InvalidDefinitionError,
        "configured takes a resource.*not 3",
    ),
    (
        "configured",
        lambda: holdfast.configured(number)({"m": 1}),
        InvalidDefinitionError,
        "'number'.*give the copy a name",
    ),
    (
        "ConfigMapping",
        lambda: counting.to_job(
            config=holdfast.ConfigMapping(lambda config: {}, config_schema={"n": int})
        ).execute_in_process({"m": 1}),
        InvalidConfigError,
        r"'counting'[\s\S]*- m: there is no such entry\. Known: n",
    ),
    (
        "config_mapping",
        lambda: holdfast.config_mapping(config_schema={"n": 3})(lambda config: {}),
        InvalidConfigDefinitionError,
        r"config mapping.*config_schema\.n: 3 is no config type",
    ),
    ("Field", lambda: holdfast.Field(int, default_value="x"), InvalidConfigError, "default.*'x'"),
    (
        "Field",
        lambda: holdfast.Field(int, is_required=True, default_value=1),
        InvalidConfigDefinitionError,
        "required.*default|default.*required",
    ),
    (
        "Array",
        lambda: holdfast.Array(3),
        InvalidConfigDefinitionError,
        "inner_type: 3 is no config type.*int, float",
    ),
    (
        "Noneable",
        lambda: holdfast.Noneable(3),
        InvalidConfigDefinitionError,
        "inner_type: 3 is no config type.*int, float",
    ),
    ("Map", lambda: holdfast.Map(list, int), InvalidConfigDefinitionError, "Map.*int, float, bool or str"),
    (
        "Shape",
        lambda: holdfast.Shape({3: int}),
        InvalidConfigDefinitionError,
        "the name of an entry is a string, not 3",
    ),
    (
        "Permissive",
        lambda: holdfast.Permissive({"a": 3}),
        InvalidConfigDefinitionError,
        r"fields\.a: 3 is no config type",
    ),
    (
        "Selector",
        lambda: holdfast.Selector({"a": 3}),
        InvalidConfigDefinitionError,
        r"fields\.a: 3 is no config type",
    ),
    (
        "Enum",
        lambda: holdfast.Enum("E", ["a"]),
        InvalidConfigDefinitionError,
        "Enum 'E': a member is an EnumValue, not 'a'",
    ),
    (
        "EnumValue",
        lambda: holdfast.EnumValue(3),
        InvalidConfigDefinitionError,
        "EnumValue: config_value is a string, not 3",
    ),
    ("ScalarUnion", lambda: holdfast.ScalarUnion({}, int), InvalidConfigDefinitionError, "ScalarUnion"),
]


@pytest.mark.parametrize(("name", "call", "error", "message"), CASES)
def test_a_mistake_is_named_with_the_way_out(
    name: str, call: Callable[[], Any], error: type[Error], message: str
) -> None:
    """The message leads from the mistake to what was meant."""
    with pytest.raises(error, match=message):
        call()
