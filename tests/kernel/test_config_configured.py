"""Configured copies of definitions, and config mappings."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    ConfigMapping,
    ConfigMappingFunctionError,
    Enum,
    EnumValue,
    Field,
    IntSource,
    InvalidConfigDefinitionError,
    InvalidConfigError,
    InvalidDefinitionError,
    IOManagerDefinition,
    ResourceDefinition,
    asset,
    build_resources,
    config_mapping,
    configured,
    io_manager,
    materialize_to_memory,
    resource,
)


@resource(config_schema={"a": int, "b": Field(str, default_value="q")}, version="1")
def table(context: Any) -> Any:
    """What it got."""
    return context.resource_config


def made(definition: ResourceDefinition, *config: Any) -> Any:
    given = {"r": {"config": config[0]}} if config else {}
    with build_resources({"r": definition}, resource_config=given) as resources:
        return resources.r


def test_a_definition_may_be_given_its_config() -> None:
    """The copy needs none; defaults are filled in."""
    assert made(table.configured({"a": 1})) == {"a": 1, "b": "q"}


def test_a_function_may_make_the_config() -> None:
    """Of config by another schema, whose defaults it sees."""
    small = table.configured(lambda config: {"a": config["n"] + 1}, config_schema={"n": Field(int, 8)})
    assert made(small, {"n": 4}) == {"a": 5, "b": "q"}
    assert made(small) == {"a": 9, "b": "q"}


def test_without_a_schema_the_function_gets_what_was_given() -> None:
    """Or nothing."""
    assert made(table.configured(lambda config: {"a": config}), 4)["a"] == 4
    assert made(table.configured(lambda config: {"a": 3, "b": str(config)})) == {"a": 3, "b": "None"}


def test_the_function_gets_what_values_stand_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The content of variables and the members of enumerations."""
    monkeypatch.setenv("SEVEN", "7")
    schema = {"n": IntSource, "e": Enum("E", [EnumValue("two", 2)])}
    copy = table.configured(lambda config: {"a": config["n"] * config["e"]}, config_schema=schema)
    assert made(copy, {"n": {"env": "SEVEN"}, "e": "two"})["a"] == 14


def test_a_copy_may_be_configured_in_turn() -> None:
    """The outermost config is turned into the next."""
    once = table.configured(lambda config: {"a": config["n"]}, config_schema={"n": int})
    assert made(once.configured({"n": 9})) == {"a": 9, "b": "q"}


def test_what_does_not_fit_the_copy_is_named() -> None:
    """As for any schema."""
    small = table.configured(lambda config: {"a": config["n"]}, config_schema={"n": int})
    with pytest.raises(InvalidConfigError, match=r"resources\.r\.config\.n: expected int, not 'x'"):
        made(small, {"n": "x"})


def test_what_the_copy_makes_must_fit_in_turn() -> None:
    """The path says that it is the inner config."""
    with pytest.raises(InvalidConfigError, match=r"r\.config \(configured\)\.a: expected int, not 'x'"):
        made(table.configured(lambda config: {"a": "x"}))
    with pytest.raises(InvalidConfigError, match=r"\(configured\)\.zzz: there is no such entry"):
        made(table.configured({"zzz": 1, "a": 1}))


def test_a_function_that_raises_is_named() -> None:
    """What it raised is the cause."""

    def invert(config: Any) -> Any:
        return {"a": 1 / config}

    with pytest.raises(ConfigMappingFunctionError, match=r"'invert'.*ZeroDivisionError") as caught:
        made(table.configured(invert), 0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_copy_keeps_what_it_does_not_change() -> None:
    """Its kind, version and resources; the description unless one is given."""

    @io_manager(input_config_schema=int, required_resource_keys={"x"}, version="2", description="d")
    def manager(context: Any) -> None: ...

    copy = manager.configured(5)
    assert type(copy) is IOManagerDefinition
    assert (copy.version, copy.description, copy.required_resource_keys) == ("2", "d", {"x"})
    assert copy.input_config_schema is manager.input_config_schema
    assert manager.configured(5, description="other").description == "other"
    assert table.configured({"a": 1}).description == "What it got."


def test_a_config_may_be_no_dictionary() -> None:
    """Whatever the schema takes."""
    number = resource(config_schema=int)(lambda context: context.resource_config)
    assert made(number.configured(5)) == 5


def test_configured_decorates_the_function() -> None:
    """With the arguments of the method."""

    @configured(table, config_schema={"n": int}, description="by n")
    def small(config: Any) -> Any:
        return {"a": config["n"]}

    assert made(small, {"n": 3}) == {"a": 3, "b": "q"}
    assert small.description == "by n"


@pytest.mark.parametrize("wrong", [5, lambda context: 5, {"a": 1}])
def test_configured_takes_definitions(wrong: Any) -> None:
    """Anything else is an error that says which."""
    with pytest.raises(InvalidDefinitionError, match="resource, IO manager, op, graph or executor"):
        configured(wrong)


def test_the_schema_of_a_copy_must_be_one() -> None:
    """Said where the copy is made."""
    with pytest.raises(InvalidConfigDefinitionError, match="5 is no config type"):
        configured(table, config_schema=5)
    with pytest.raises(InvalidConfigDefinitionError, match="5 is no config type"):
        table.configured({"a": 1}, config_schema=5)


def test_a_configured_resource_is_used_in_runs() -> None:
    """Like any other."""
    user = asset(name="user", required_resource_keys={"r"})(lambda context: context.resources.r)
    result = materialize_to_memory([user], resources={"r": table.configured({"a": 1})})
    assert result.asset_value("user") == {"a": 1, "b": "q"}


# -- mappings ----------------------------------------------------------------------------------------


def test_a_mapping_turns_config_into_config() -> None:
    """Checked by its schema, with defaults."""
    mapping = ConfigMapping(lambda config: {"n": config["m"]}, {"m": Field(int, 3)})
    assert mapping.read({"m": 4}) == ({"n": 4}, [])
    assert mapping.read() == ({"n": 3}, [])


def test_a_mapping_lists_what_does_not_fit() -> None:
    """With the path it is given."""
    mapping = ConfigMapping(lambda config: config, {"m": int})
    assert mapping.read({"m": "x", "z": 1}, "run") == (
        None,
        ["run.m: expected int, not 'x'", "run.z: there is no such entry. Known: m."],
    )


@pytest.mark.parametrize(("processed", "m"), [(None, 7), (True, 7), (False, {"env": "SEVEN"})])
def test_a_mapping_may_ask_for_config_as_it_was_given(
    monkeypatch: pytest.MonkeyPatch, processed: bool | None, m: Any
) -> None:
    """Checked and with defaults all the same."""
    monkeypatch.setenv("SEVEN", "7")
    mapping = ConfigMapping(lambda config: config, {"m": IntSource, "d": Field(int, 2)}, processed)
    assert mapping.read({"m": {"env": "SEVEN"}}) == ({"m": m, "d": 2}, [])
    assert mapping.receive_processed_config_values is processed


def test_a_mapping_that_raises_is_named() -> None:
    """What it raised is the cause."""
    mapping = ConfigMapping(lambda config: 1 / 0)
    with pytest.raises(ConfigMappingFunctionError, match=r"^config: .*'<lambda>'.*ZeroDivisionError"):
        mapping.read(1)
    with pytest.raises(ConfigMappingFunctionError, match=r"^Run config: the function"):
        mapping.read(1, "")


def test_config_mapping_decorates_the_function() -> None:
    """Bare or with arguments."""

    @config_mapping
    def bare(config: Any) -> Any:
        return [config]

    @config_mapping(config_schema={"m": int}, receive_processed_config_values=False)
    def checked(config: Any) -> Any:
        return config

    assert bare.read(1) == ([1], [])
    assert checked.read({"m": 1}) == ({"m": 1}, [])
    assert checked.read({})[1] == ["config.m: this is required (int)"]
    assert checked.receive_processed_config_values is False


def test_a_mapping_needs_a_function_and_a_schema() -> None:
    """Anything else is an error."""
    with pytest.raises(InvalidDefinitionError, match="config_fn is a function, not 5"):
        ConfigMapping(5)  # type: ignore[arg-type]
    with pytest.raises(InvalidDefinitionError, match="config_fn is a function, not 5"):
        config_mapping(5)  # type: ignore[arg-type]
    with pytest.raises(InvalidConfigDefinitionError, match="config mapping 'small'"):

        @config_mapping(config_schema=5)
        def small(config: Any) -> None: ...
