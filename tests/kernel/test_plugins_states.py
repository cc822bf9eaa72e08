"""Every installed plugin has a state with its reason, and none takes another down."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from holdfast.errors import PluginConflictError, PluginError, SettingsError
from holdfast.plugins.loading import Plugins
from holdfast.plugins.settings import Settings
from holdfast.plugins.states import PluginState, Status
from holdfast.provisions import IOManagerPlugin

LAKE = """
@hookimpl
def holdfast_io_managers():
    yield IOManagerPlugin(name="lake", factory="stranger_lake:Lake", summary="a lake")
"""


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOLDFAST_NO_PLUGINS", raising=False)


def discover(directory: Path, plugins: object = None, disabled: tuple[str, ...] = ()) -> Plugins:
    settings = Settings(directory=directory)
    if plugins is not None:
        settings = settings.with_plugins(plugins, "repo.py")  # type: ignore[arg-type]
    return Plugins.discover(settings, disabled)


def state_of(plugins: Plugins, name: str) -> PluginState:
    (state,) = [state for state in plugins.states if state.name == name]
    return state


def test_an_installed_plugin_is_active(install_plugin, tmp_path):
    """Without a plugins table, what is installed can be used."""
    install_plugin("lake", LAKE, version="1.2")
    state = state_of(discover(tmp_path), "lake")
    assert (state.status, state.origin, state.healthy) == (Status.ACTIVE, "holdfast-lake 1.2", True)
    assert [str(provision) for provision in state.provisions] == ["IO manager 'lake'"]
    assert "no plugins table" in state.reason


def test_a_listed_plugin_says_where(install_plugin, tmp_path):
    """A plugin of the allow-list is active because of the line that lists it."""
    install_plugin("lake", LAKE)
    state = state_of(discover(tmp_path, ["lake"]), "lake")
    assert (state.status, state.decided_by) == (Status.ACTIVE, "repo.py: [plugins.lake]")


@pytest.mark.parametrize(
    ("plugins", "disabled", "environment", "decided_by"),
    [
        ({"lake": False}, (), "", "repo.py: [plugins.lake]"),
        (["filesystem"], (), "", "repo.py: [plugins]"),
        (None, ("lake",), "", "--no-plugins"),
        (["lake"], ("all",), "", "--no-plugins"),
        (None, (), "lake", "HOLDFAST_NO_PLUGINS"),
        (["lake"], (), "1", "HOLDFAST_NO_PLUGINS"),
        (None, (), "filesystem, lake", "HOLDFAST_NO_PLUGINS"),
    ],
)
def test_an_inactive_plugin_is_not_imported(
    install_plugin, tmp_path, monkeypatch, plugins, disabled, environment, decided_by
):
    """Whatever switches a plugin off does so before its module is loaded, and is named."""
    install_plugin("lake", LAKE)
    monkeypatch.setenv("HOLDFAST_NO_PLUGINS", environment)
    state = state_of(discover(tmp_path, plugins, disabled), "lake")
    assert (state.status, state.decided_by) == (Status.INACTIVE, decided_by)
    assert "stranger_lake" not in sys.modules


@pytest.mark.parametrize(("environment", "status"), [("0", Status.ACTIVE), ("all", Status.INACTIVE)])
def test_the_kernel_keeps_its_own_plugin(install_plugin, tmp_path, monkeypatch, environment, status):
    """Switching every plugin off leaves the kernel's memory and executor."""
    install_plugin("lake", LAKE)
    monkeypatch.setenv("HOLDFAST_NO_PLUGINS", environment)
    plugins = discover(tmp_path)
    assert (state_of(plugins, "lake").status, state_of(plugins, "builtins").status) == (status, Status.ACTIVE)


@pytest.mark.parametrize(
    ("name", "message"), [("lakes", "Did you mean 'lake'"), ("builtins", "kernel's own")]
)
def test_switching_off_what_cannot_be_is_an_error(install_plugin, tmp_path, name, message):
    """A misspelt name would leave the plugin on in silence, so it is refused."""
    install_plugin("lake", LAKE)
    with pytest.raises(SettingsError, match=rf"--no-plugins: .*{message}"):
        discover(tmp_path, disabled=(name,))


def test_another_contract_is_incompatible_and_not_imported(install_plugin, tmp_path):
    """A plugin for the next major of the contract is reported and left alone."""
    install_plugin("lake", LAKE, group="holdfast.v2")
    state = state_of(discover(tmp_path), "lake")
    assert state.status is Status.INCOMPATIBLE
    assert "'holdfast.v2'" in state.reason
    assert "'holdfast.v1'" in state.reason
    assert "stranger_lake" not in sys.modules


def test_a_distribution_may_offer_both_contracts(install_plugin, tmp_path):
    """A plugin that also speaks the next contract is used through this one, without complaint."""
    file = install_plugin("lake", LAKE)
    points = next(file.parent.glob("*.dist-info")) / "entry_points.txt"
    points.write_text(points.read_text() + "[holdfast.v2]\nlake = stranger_lake_v2\n")
    assert state_of(discover(tmp_path), "lake").status is Status.ACTIVE


def test_a_version_that_does_not_fit_is_incompatible_and_not_imported(install_plugin, tmp_path):
    """A version specifier in the settings is held against the distribution's version."""
    install_plugin("lake", LAKE, version="2.1")
    state = state_of(discover(tmp_path, {"lake": {"requires": ">=1,<2"}}), "lake")
    assert (state.status, state.decided_by) == (Status.INCOMPATIBLE, "repo.py: [plugins.lake]")
    assert "2.1 does not fit '>=1,<2'" in state.reason
    assert "stranger_lake" not in sys.modules


@pytest.mark.parametrize(
    ("requirements", "install"),
    [
        ((), "pip install no-such-module"),
        (("another>=2",), "pip install no-such-module"),
        (("no-such-module>=2",), "pip install holdfast-lake"),
        (('no-such-module>=2; extra == "tables"',), 'pip install "holdfast-lake[tables]"'),
    ],
)
def test_a_module_that_is_not_installed_is_named_with_the_pip_line(
    install_plugin, tmp_path, requirements, install
):
    """A plugin that cannot import a dependency says which and how to install it."""
    install_plugin("lake", "import no_such_module.sub", requirements=requirements)
    state = state_of(discover(tmp_path), "lake")
    (missing,) = state.missing
    assert state.status is Status.MISSING_DEPENDENCY
    assert missing.module == "no_such_module"
    assert missing.install == install
    assert install in state.reason


def test_a_plugin_of_which_nothing_can_be_used_misses_a_dependency(install_plugin, tmp_path):
    """A plugin whose only provision needs an absent module is told apart from one that works."""
    install_plugin("lake", LAKE.replace("summary=", 'requires=("no_such_module", "json"), summary='))
    state = state_of(discover(tmp_path), "lake")
    assert state.status is Status.MISSING_DEPENDENCY
    assert "IO manager 'lake' needs the module 'no_such_module'" in state.reason


def test_a_listed_plugin_that_nobody_installed_is_in_the_list(install_plugin, tmp_path):
    """The settings may name a plugin that is not there; its state says so, with the nearest name."""
    install_plugin("lake", LAKE)
    state = state_of(discover(tmp_path, ["lakes"]), "lakes")
    assert (state.status, state.origin) == (Status.MISSING_DEPENDENCY, "not installed")
    assert "Did you mean 'lake'" in state.reason


def test_a_plugin_that_fails_to_import_is_broken(install_plugin, tmp_path):
    """The error and the traceback, beginning in the plugin's file, are kept."""
    file = install_plugin("lake", "def work():\n    return 1 / 0\nwork()")
    state = state_of(discover(tmp_path), "lake")
    assert state.status is Status.BROKEN
    assert "ZeroDivisionError" in state.reason
    assert state.traceback.lstrip().startswith(f'File "{file}"')
    assert "in work" in state.traceback


@pytest.mark.parametrize(
    "source",
    ["import sys; sys.exit(3)", "def f(:", "import stranger_lake.inner", "import holdfast.no_such_module"],
)
def test_nothing_that_a_module_does_at_import_escapes(install_plugin, tmp_path, source):
    """Exiting, bad syntax and imports of itself or of another kernel are the plugin's own trouble."""
    install_plugin("lake", source)
    plugins = discover(tmp_path)
    assert state_of(plugins, "lake").status is Status.BROKEN
    assert state_of(plugins, "builtins").status is Status.ACTIVE


def test_a_second_distribution_of_one_plugin_is_shadowed(install_plugin, tmp_path):
    """The distribution that is named after the plugin wins over one that takes its name."""
    install_plugin("lake", "", distribution="another-lake", module="stranger_other")
    install_plugin("lake", LAKE)
    states = [state for state in discover(tmp_path).states if state.name == "lake"]
    assert {state.distribution: state.status for state in states} == {
        "holdfast-lake": Status.ACTIVE,
        "another-lake": Status.SHADOWED,
    }
    assert "holdfast-lake 1.0 offers a plugin 'lake' too" in states[1].reason
    assert "stranger_other" not in sys.modules


def test_nobody_takes_the_kernels_place(install_plugin, tmp_path):
    """A distribution that offers a plugin named like the kernel's own is shadowed."""
    install_plugin("builtins", "", distribution="a-stranger")
    (kernel, stranger) = [state for state in discover(tmp_path).states if state.name == "builtins"]
    assert (kernel.distribution, kernel.status) == ("holdfast", Status.ACTIVE)
    assert (stranger.distribution, stranger.status) == ("a-stranger", Status.SHADOWED)


def test_two_plugins_with_one_provision_conflict(install_plugin, tmp_path):
    """Both stay active and say who else provides the name; using it is the error."""
    install_plugin("lake", LAKE)
    install_plugin("sea", LAKE, version="3.0")
    plugins = discover(tmp_path)
    for name in ("lake", "sea"):
        state = state_of(plugins, name)
        assert state.status is Status.ACTIVE
        assert "'lake' (holdfast-lake 1.0) and 'sea' (holdfast-sea 3.0)" in state.conflicts[0]
    with pytest.raises(PluginConflictError, match=r"holdfast-lake 1\.0.*holdfast-sea 3\.0"):
        plugins.get(IOManagerPlugin, "lake")


def test_switching_one_off_ends_a_conflict(install_plugin, tmp_path):
    """A name is in conflict only between active plugins."""
    install_plugin("lake", LAKE)
    install_plugin("sea", LAKE)
    plugins = discover(tmp_path, {"sea": True, "lake": False})
    assert plugins.owner(IOManagerPlugin, "lake").name == "sea"
    assert state_of(plugins, "sea").conflicts == ()


def test_no_plugin_provides_a_name_of_the_kernels(install_plugin, tmp_path):
    """A plugin that offers what the kernel provides is refused whole, and the kernel's still works."""
    install_plugin("builtins", distribution="a-later-one", module="stranger_v2", group="holdfast.v2")
    install_plugin("lake", LAKE.replace('name="lake"', 'name="memory"'))
    plugins = discover(tmp_path)
    assert state_of(plugins, "lake").status is Status.BROKEN
    assert "IO manager 'memory', and that name is the kernel's own" in state_of(plugins, "lake").reason
    assert plugins.owner(IOManagerPlugin, "memory").name == "builtins"


def test_options_for_a_plugin_without_formats_are_refused(install_plugin, tmp_path):
    """Options that nothing would read are not ignored."""
    install_plugin("lake", LAKE)
    state = state_of(discover(tmp_path, {"lake": {"base": "data"}}), "lake")
    assert state.status is Status.BROKEN
    assert "repo.py: [plugins.lake.base]" in state.reason


def test_metadata_that_cannot_be_read_is_its_distributions_own_trouble(install_plugin, tmp_path):
    """A distribution without its METADATA file is reported broken, under the name of its folder."""
    file = install_plugin("lake", LAKE)
    next(file.parent.glob("*.dist-info/METADATA")).unlink()
    state = state_of(discover(tmp_path), "holdfast_lake-1.0.dist-info")
    assert state.status is Status.BROKEN
    assert "metadata of this distribution cannot be read" in state.reason


def test_an_entry_point_names_a_module(install_plugin, tmp_path):
    """An entry point that names an object of a module is refused with the way to write it."""
    file = install_plugin("lake", LAKE)
    points = next(file.parent.glob("*.dist-info")) / "entry_points.txt"
    points.write_text("[holdfast.v1]\nlake = stranger_lake:plugin\n")
    assert "name the module alone" in state_of(discover(tmp_path), "lake").reason


def test_states_are_in_the_order_of_the_settings(install_plugin, tmp_path):
    """Listed plugins come first, in their order; the rest follow by name, the kernel's last."""
    for name in ("aa", "lake", "sea"):
        install_plugin(name, LAKE)
    names = [state.name for state in discover(tmp_path, ["sea", "lake"]).states]
    assert names[:3] == ["sea", "lake", "aa"]
    assert names[-1] == "builtins"


def test_a_state_is_json(install_plugin, tmp_path):
    """What lists print can be had as JSON, provisions and all."""
    install_plugin("lake", LAKE)
    data = json.loads(json.dumps(state_of(discover(tmp_path), "lake").to_json()))
    assert (data["name"], data["status"], data["distribution"]) == ("lake", "active", "holdfast-lake")
    assert data["provisions"][0]["kind"] == "IO manager"


def test_strict_raises_for_a_bad_plugin(install_plugin, tmp_path):
    """For CI, a bad plugin is an error even when nothing needs it."""
    install_plugin("aa", "1 / 0")
    with pytest.raises(PluginError, match=r"'aa' is broken: .*ZeroDivisionError"):
        discover(tmp_path).require_healthy()


def test_strict_lets_healthy_and_switched_off_plugins_pass(install_plugin, tmp_path):
    """Switching a plugin off is no ill health."""
    install_plugin("aa", "1 / 0")
    install_plugin("lake", LAKE)
    discover(tmp_path, ["lake"]).require_healthy()
