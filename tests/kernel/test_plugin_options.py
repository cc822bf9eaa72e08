"""The options of settings: checked against what the factory takes, and filled in from the environment."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast.environment import EnvironmentValue
from holdfast.errors import SettingsError
from holdfast.plugins.explanation import explain
from holdfast.plugins.loading import Plugins
from holdfast.plugins.settings import Settings
from holdfast.plugins.states import Status

HOOKS = """
from holdfast.hookspecs import hookimpl
from holdfast.provisions import IOManagerPlugin

@hookimpl
def holdfast_io_managers():
    yield IOManagerPlugin(name="vault", factory="stranger_vault_io:Vault", summary="", secrets=("password",))
"""
WORK = """
from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from holdfast.interfaces import IOManager

class Vault(IOManager):
    def __init__(
        self,
        context: Any,
        name: str = "",
        size: int = 0,
        share: float = 0.0,
        deep: bool = False,
        limit: int | None = None,
        mode: Literal["fast", "safe"] = "fast",
        labels: list[str] = [],
        parts: Sequence[int] = (),
        extra: Mapping[str, int] = {},
        path: os.PathLike[str] | None = None,
        home: Path = Path(),
        password: str | None = None,
        anything: Any = None,
        unsaid=None,
    ) -> None:
        self.options = {name: value for name, value in locals().items() if name not in ("self", "context")}

    def handle_output(self, context, obj):
        pass

    def load_input(self, context):
        pass
"""

Make = Callable[[str], Any]


@pytest.fixture
def discover(install_plugin: Any, tmp_path: Path) -> Callable[[str], Plugins]:
    """Returns the plugins under settings, the plugin ``vault`` among them."""
    hooks: Path = install_plugin("vault", HOOKS)
    (hooks.parent / "stranger_vault_io.py").write_text(WORK)

    def discover(settings: str) -> Plugins:
        (tmp_path / "holdfast.toml").write_text(settings)
        return Plugins.discover(Settings.load(tmp_path))

    return discover


@pytest.fixture
def make(discover: Callable[[str], Plugins]) -> Make:
    """Makes the IO manager of the plugin with options, and returns those it was given."""

    def make(options: str) -> Any:
        manager = discover(f'io_managers = {{ it = {{ use = "vault", {options} }} }}').io_manager("it")
        assert manager is not None
        return manager().options  # type: ignore[attr-defined]

    return make


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ('name = "x"', "x"),
        ("size = 3", 3),
        ("share = 3", 3),
        ("share = 0.5", 0.5),
        ("deep = true", True),
        ("limit = 3", 3),
        ('mode = "safe"', "safe"),
        ('labels = ["a", "b"]', ["a", "b"]),
        ("parts = [1, 2]", [1, 2]),
        ("extra = { a = 1 }", {"a": 1}),
        ('path = "x"', "x"),
        ('home = "x"', "x"),
        ("anything = [1, 'a']", [1, "a"]),
        ("unsaid = 1.5", 1.5),
    ],
)
def test_an_option_of_the_annotated_type_is_taken(make: Make, option: str, value: Any) -> None:
    assert make(option)[option.partition(" ")[0]] == value


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("name = 3", r"takes a string as 'name', not a whole number \(3\)"),
        ('size = "3"', r"takes a whole number as 'size', not a string \('3'\)"),
        ("size = 0.5", r"takes a whole number as 'size', not a number \(0.5\)"),
        ("size = true", r"takes a whole number as 'size', not true or false \(True\)"),
        ("share = false", r"takes a number as 'share', not true or false \(False\)"),
        ('deep = "yes"', r"takes true or false as 'deep', not a string \('yes'\)"),
        ("limit = 'x'", r"takes a whole number as 'limit', not a string \('x'\)"),
        ('mode = "slow"', r"takes one of 'fast', 'safe' as 'mode', not a string \('slow'\)"),
        ('labels = "ab"', r"takes an array, each a string as 'labels', not a string \('ab'\)"),
        ("labels = ['a', 1]", r"takes an array, each a string as 'labels', not an array"),
        ("parts = ['a']", r"takes an array as 'parts', not an array"),
        ('parts = "ab"', r"takes an array as 'parts', not a string"),
        ("extra = [1]", r"takes a table as 'extra', not an array"),
        ("extra = { a = 'b' }", r"takes a table as 'extra', not a table"),
        ("path = 3", r"takes a string as 'path', not a whole number"),
    ],
)
def test_an_option_of_another_type_is_named_with_its_place(make: Make, option: str, problem: str) -> None:
    name = option.partition(" ")[0]
    with pytest.raises(SettingsError, match=rf"\[io_managers\.it\.{name}\] The IO manager 'vault' {problem}"):
        make(option)


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        ("name", "x", "x"),
        ("size", "3", 3),
        ("share", "0.5", 0.5),
        ("deep", "yes", True),
        ("deep", "off", False),
        ("mode", "safe", "safe"),
        ("limit", "3", 3),
        ("anything", "3", "3"),
    ],
)
def test_an_option_is_taken_from_the_environment(
    make: Make, monkeypatch: pytest.MonkeyPatch, option: str, text: str, value: Any
) -> None:
    """In the type that the factory asks for."""
    monkeypatch.setenv("VAULT_OPTION", text)
    assert make(f'{option} = {{ env = "VAULT_OPTION" }}')[option] == value


def test_what_the_environment_gives_may_be_deep_in_an_option(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_KEY", "k")
    assert make('anything = { a = { key = { env = "VAULT_KEY" } } }')["anything"] == {"a": {"key": "k"}}


def test_a_variable_that_is_not_set_is_named_with_its_place(make: Make) -> None:
    with pytest.raises(SettingsError, match=r"\[io_managers.it.name\] .*variable VAULT_NAME is not set"):
        make('name = { env = "VAULT_NAME" }')


def test_a_variable_that_does_not_fit_is_named_and_not_shown(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_SIZE", "hush")
    with pytest.raises(SettingsError, match="as 'size', not the environment variable VAULT_SIZE") as caught:
        make('size = { env = "VAULT_SIZE" }')
    assert "hush" not in str(caught.value)


def test_a_secret_is_taken_from_the_environment_only(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_PASSWORD", "hush")
    assert make('password = { env = "VAULT_PASSWORD" }')["password"] == "hush"
    with pytest.raises(
        SettingsError, match=r"\[io_managers.it.password\] .*from the environment only"
    ) as caught:
        make('password = "loud"')
    assert "loud" not in str(caught.value)


def test_a_secret_is_not_explained(
    discover: Callable[[str], Plugins], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_PASSWORD", "hush")
    text = explain(
        discover('io_managers.it = { use = "vault", password = { env = "VAULT_PASSWORD" } }'), "it"
    )
    assert "option: password = the environment variable VAULT_PASSWORD" in text
    assert "hush" not in text


def test_what_came_from_the_environment_shows_nothing_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does a pickle of it, which is read from the environment again."""
    monkeypatch.setenv("VAULT_PASSWORD", "hush")
    value = EnvironmentValue("hush", "VAULT_PASSWORD")
    assert repr(value) == "the environment variable VAULT_PASSWORD"
    assert b"hush" not in pickle.dumps(value)
    assert pickle.loads(pickle.dumps(value)) == "hush"


@pytest.mark.parametrize(
    ("text", "status"),
    [("1", Status.ACTIVE), ("yes", Status.ACTIVE), ("off", Status.INACTIVE), ("", Status.INACTIVE)],
)
def test_the_environment_may_switch_a_plugin(
    discover: Callable[[str], Plugins], monkeypatch: pytest.MonkeyPatch, text: str, status: Status
) -> None:
    monkeypatch.setenv("USE_VAULT", text)
    states = {s.name: s for s in discover('plugins.vault = { enabled = { env = "USE_VAULT" } }').states}
    assert states["vault"].status is status
    assert f"the environment variable USE_VAULT decides: it says {text!r}" in states["vault"].reason


def test_a_plugin_whose_switch_is_not_set_is_off(discover: Callable[[str], Plugins]) -> None:
    states = {s.name: s for s in discover('plugins.vault = { enabled = { env = "USE_VAULT" } }').states}
    assert states["vault"].status is Status.INACTIVE
    assert "USE_VAULT decides: it is not set" in states["vault"].reason


@pytest.mark.parametrize(
    ("enabled", "problem"),
    [
        ("3", r"\[plugins.vault.enabled\] This is true, false or \{ env = \"NAME\" \}, not a whole number"),
        ('{ env = "USE_VAULT" }', r"\[plugins.vault.enabled\] .*USE_VAULT says 'maybe': let it say"),
    ],
)
def test_a_switch_that_says_neither_is_named(
    discover: Callable[[str], Plugins], monkeypatch: pytest.MonkeyPatch, enabled: str, problem: str
) -> None:
    monkeypatch.setenv("USE_VAULT", "maybe")
    with pytest.raises(SettingsError, match=problem):
        discover(f"plugins.vault = {{ enabled = {enabled} }}")


def test_a_plugin_may_be_switched_off_with_its_options_kept(discover: Callable[[str], Plugins]) -> None:
    states = {
        s.name: s.status for s in discover('plugins.vault = { enabled = false, requires = "<9" }').states
    }
    assert states["vault"] is Status.INACTIVE
