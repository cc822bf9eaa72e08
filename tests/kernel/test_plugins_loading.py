"""What active plugins provide is had by name, with options from the settings, and explained."""

from __future__ import annotations

import logging
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast.builtins.event_store import MemoryEventStore
from holdfast.builtins.in_process import InProcessExecutor
from holdfast.builtins.memory import InMemoryIOManager
from holdfast.errors import (
    NoFormatError,
    PluginConflictError,
    PluginError,
    SettingsError,
    UnknownProvisionError,
)
from holdfast.events import Event, EventType
from holdfast.plugins.explanation import explain
from holdfast.plugins.loading import Plugins
from holdfast.plugins.settings import Settings
from holdfast.plugins.uses import Use
from holdfast.provisions import (
    CommandPlugin,
    EventStorePlugin,
    ExecutorPlugin,
    FormatPlugin,
    IOManagerPlugin,
    LoaderPlugin,
)

Discover = Callable[..., Plugins]

LAKE = """
@hookimpl
def holdfast_io_managers():
    yield IOManagerPlugin(name="lake", factory="stranger_lake_io:Lake", summary="a lake")
"""
LAKE_IO = """
from holdfast.interfaces import IOManager

class Lake(IOManager):
    def __init__(self, context, *, depth=1, **more):
        if depth < 0:
            raise ValueError("depth is not negative")
        self.context, self.depth, self.more = context, depth, more
    def handle_output(self, context, obj): ...
    def load_input(self, context): ...

def shore(context, *, length, width=1): ...
def shallow(context, depth: int, *rest): return Lake(context, depth=depth)
"""
WATCH = """
from holdfast.interfaces import Observer

@hookimpl
def holdfast_observers():
    yield ObserverPlugin(name="watch", factory="stranger_watch:Watch", summary="a watch")

class Watch(Observer):
    def __init__(self, context, *, zone="UTC"):
        self.zone = zone
    def observe(self, context): ...
"""
TEXT = """
from holdfast.interfaces import Format

@hookimpl
def holdfast_formats():
    types = ("builtins.str",)
    yield FormatPlugin(name="NAME", factory="MODULE:Text", summary="", types=types, extension=".NAME")

class Text(Format):
    def __init__(self, context, *, encoding="utf-8"):
        self.context, self.encoding = context, encoding
    def dump(self, obj, file): file.write(obj.encode(self.encoding))
    def load(self, file, request): return file.read().decode(self.encoding)
"""


@pytest.fixture
def lake(install_plugin) -> Path:
    """Install the plugin "lake", whose IO manager is in a module of its own."""
    file: Path = install_plugin("lake", LAKE)
    (file.parent / "stranger_lake_io.py").write_text(LAKE_IO)
    return file


@pytest.fixture
def discover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Discover:
    """Return the plugins under settings given as TOML; only those named ``stranger_*`` and the kernel's."""
    monkeypatch.delenv("HOLDFAST_NO_PLUGINS", raising=False)

    def discover(toml: str = "", *names: str) -> Plugins:
        (tmp_path / "holdfast.toml").write_text(toml)
        settings = Settings.load(tmp_path)
        return Plugins.discover(settings.with_plugins(names, "test") if names else settings)

    return discover


def text_format(name: str) -> str:
    return TEXT.replace("NAME", name).replace("MODULE", f"stranger_{name}")


def test_a_provision_is_had_by_name_and_imported_late(lake, discover):
    """Looking a provision up loads the module with the hooks and not the one with the work."""
    plugins = discover()
    assert plugins.get(IOManagerPlugin, "lake").summary == "a lake"
    assert "lake" in {provision.name for provision in plugins.provisions(IOManagerPlugin)}
    assert "stranger_lake" in sys.modules
    assert "stranger_lake_io" not in sys.modules


def test_a_factory_gets_the_context_and_the_options(lake, discover, tmp_path):
    """What settings say beside `use` are the factory's keyword arguments."""
    plugins = discover('io_managers = { deep = { use = "lake", depth = 7, other = true } }')
    made = plugins.io_manager("deep")()
    assert (made.depth, made.more) == (7, {"other": True})
    assert made.context.directory == tmp_path
    assert made.context.storage == tmp_path / ".holdfast" / "storage"


@pytest.mark.parametrize(("name", "zone"), [("watch", "UTC"), ("clock", "CET")])
def test_an_observer_is_had_by_its_name_or_the_name_that_settings_give_it(
    install_plugin, discover, name, zone
):
    """Settings give options; without an entry the name is the plugin's own."""
    install_plugin("watch", WATCH)
    plugins = discover('observers = { clock = { use = "watch", zone = "CET" } }')
    assert plugins.observer(name)().zone == zone
    assert "holdfast.toml: [observers.clock]" in explain(plugins, "clock")


def test_an_observer_that_settings_misspell_is_named_with_its_place(install_plugin, discover):
    """The message says which setting to mend."""
    install_plugin("watch", WATCH)
    plugins = discover('observers = { clock = "wacth" }')
    with pytest.raises(UnknownProvisionError, match=r"'wacth'. Did you mean 'watch'.*\[observers.clock\]"):
        plugins.observer("clock")


@pytest.mark.parametrize(
    ("factory", "options", "message"),
    [
        (
            "shore",
            "length = 1, widht = 2",
            r"\[io_managers.it.widht\] .*no option 'widht'. Did you mean 'width'",
        ),
        ("shore", "width = 2", r"\[io_managers.it\] .*needs the option 'length'"),
        ("shallow", "context = 2, depth = 1", r"\[io_managers.it.context\] .*no option 'context'"),
        ("Lake", "depth = -1", r"\[io_managers.it\] The IO manager 'lake' says: depth is not negative"),
        ("Lake", "depth = 'x'", r"\[io_managers.it\] The IO manager 'lake' says: '<' not supported"),
    ],
)
def test_an_option_that_does_not_fit_is_named_with_its_place(lake, discover, factory, options, message):
    """A wrong, missing or refused option is a settings error with file, path and nearest name."""
    lake.write_text(lake.read_text().replace(":Lake", f":{factory}"))
    plugins = discover(f'io_managers = {{ it = {{ use = "lake", {options} }} }}')
    with pytest.raises(SettingsError, match=rf"holdfast\.toml: {message}"):
        plugins.io_manager("it")()


@pytest.mark.parametrize(
    ("factory", "state", "message"),
    [
        ("stranger_lake_oi:Lake", "broken", "there is no module stranger_lake_oi"),
        ("stranger_lake_io:Laek", "broken", "has no 'Laek'. Did you mean 'Lake'"),
        ("stranger_lake_io:__name__", "broken", "cannot be called"),
        ("stranger_lake_io:Lake.nothing", "broken", "has no 'nothing'"),
        ("builtins:repr", "broken", "not an instance of IOManager"),
        ("stranger_absent:Lake", "missing-dependency", "'no_such_module'.* pip install no-such-module"),
        ("stranger_raises:Lake", "broken", "ZeroDivisionError"),
    ],
)
def test_a_factory_that_cannot_be_used_is_the_plugins_trouble(lake, discover, factory, state, message):
    """Whatever is wrong with a factory, the error names the plugin, its state and the reason."""
    (lake.parent / "stranger_absent.py").write_text("import no_such_module")
    (lake.parent / "stranger_raises.py").write_text("1 / 0")
    lake.write_text(lake.read_text().replace("stranger_lake_io:Lake", factory))
    with pytest.raises(PluginError, match=f"Plugin 'lake' is {state}: .*{message}"):
        discover().create(IOManagerPlugin, "lake")


def test_an_unknown_name_leads_to_the_nearest(lake, discover):
    """A name that nobody provides is an error with the nearest one and the place that names it."""
    plugins = discover('io_managers = { io_manager = "laek" }')
    with pytest.raises(
        UnknownProvisionError, match=r"'laek'. Did you mean 'lake'.*\[io_managers.io_manager\]"
    ):
        plugins.io_manager("io_manager")


def test_the_state_of_the_plugin_that_would_provide_a_name_is_told(lake, discover):
    """Whoever selects what an unusable plugin provides is told its state and the reason."""
    with pytest.raises(
        UnknownProvisionError, match=r"Plugin 'lake' is inactive: not listed in test: \[plugins\]"
    ):
        discover("", "nothing").get(IOManagerPlugin, "lake")


def test_a_provision_that_misses_a_module_is_left_out_alone(lake, discover):
    """One provision without its module is refused with the pip line; the plugin's others work."""
    more = 'factory="m:f", summary="", requires=("no_such_module",))'
    lake.write_text(f'{lake.read_text()}    yield IOManagerPlugin(name="dry", {more}\n')
    plugins = discover()
    assert "dry" not in {provision.name for provision in plugins.provisions(IOManagerPlugin)}
    assert plugins.get(IOManagerPlugin, "lake").name == "lake"
    with pytest.raises(PluginError, match=r"IO manager 'dry' needs .*pip install no-such-module"):
        plugins.get(IOManagerPlugin, "dry")


@pytest.mark.parametrize("module", ["json", "json.decoder", "os.path", "__main__"])
def test_a_required_module_is_looked_for_without_importing_it(lake, discover, module):
    """Modules and modules inside packages count as installed when they could be imported."""
    lake.write_text(lake.read_text().replace("summary=", f'requires=("{module}",), summary='))
    assert discover().get(IOManagerPlugin, "lake").requires == (module,)


@pytest.mark.parametrize(
    "module", ["json.nothing", "json.decoder.nothing", "nothing.at.all", "__main__.nothing"]
)
def test_a_required_module_that_is_not_there_is_noticed(lake, discover, module):
    """A missing module inside a package that is there counts as missing."""
    lake.write_text(lake.read_text().replace("summary=", f'requires=("{module}",), summary='))
    with pytest.raises(PluginError, match=f"module '{module}'"):
        discover().get(IOManagerPlugin, "lake")


def test_the_kernel_alone_keeps_everything_in_memory(discover):
    """Where no plugin is active, the defaults are the kernel's own."""
    plugins = discover("", "builtins")
    assert plugins.default(ExecutorPlugin) == Use("in_process")
    assert isinstance(plugins.event_store(), MemoryEventStore)
    assert isinstance(plugins.io_manager("io_manager")(), InMemoryIOManager)
    in_process, executor = plugins.executor()
    assert in_process
    assert isinstance(executor, InProcessExecutor)


def test_settings_choose_over_preferences(lake, discover):
    """What the settings name is used, whatever would be preferred."""
    plugins = discover('executor = "in_process"\nio_managers = { io_manager = "lake" }')
    assert plugins.default(ExecutorPlugin) == Use("in_process")
    assert plugins.default(IOManagerPlugin) == Use("lake")


def test_a_preferred_plugin_is_used_when_it_is_there(install_plugin, discover):
    """A provision of a preferred name comes before the kernel's."""
    hook = "@hookimpl\ndef holdfast_event_stores():\n    yield EventStorePlugin("
    install_plugin("rows", f'{hook}name="sqlite", factory="stranger_rows:Rows", summary="")')
    assert discover("", "rows").default(EventStorePlugin) == Use("sqlite")


def test_a_broken_preferred_plugin_is_not_passed_over_in_silence(install_plugin, discover):
    """Values that people expect in files do not go to memory because a plugin is broken."""
    install_plugin("filesystem", "1 / 0", distribution="holdfast", version="9")
    plugins = discover("", "filesystem")
    assert plugins.default(IOManagerPlugin) == Use("filesystem")
    with pytest.raises(UnknownProvisionError, match=r"Plugin 'filesystem' is broken: .*ZeroDivisionError"):
        plugins.io_manager("io_manager")


def test_a_switched_off_preferred_plugin_is_passed_over(discover):
    """Who switches the file plugin off wants the kernel's memory."""
    plugins = discover("plugins = { filesystem = false }")
    assert plugins.default(IOManagerPlugin) == Use("memory")


def test_a_resource_key_may_be_a_provisions_name(lake, discover):
    """An IO manager can be used by its own name without a line in the settings."""
    plugins = discover()
    assert plugins.io_manager("lake")().depth == 1
    assert plugins.io_manager("river") is None


def test_a_jobs_executor_is_a_name_or_a_mapping(discover):
    """A job names its executor as the settings do, and mistakes are reported the same way."""
    plugins = discover("", "builtins")
    assert plugins.executor("in_process")[0]
    assert plugins.executor({"use": "in_process"})[0]
    with pytest.raises(SettingsError, match=r'the job: \[executor\] The key "use" is missing'):
        plugins.executor({"max_workers": 3})
    with pytest.raises(SettingsError, match=r"no option 'max_workers'\. It takes no options"):
        plugins.executor({"use": "in_process", "max_workers": 3})


def test_loaders_find_definitions(discover, tmp_path, monkeypatch):
    """A loader of the settings is made like anything else, and what it makes are definitions."""
    (tmp_path / "stranger_assets.py").write_text("from holdfast import asset\n\n@asset\ndef orders(): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    plugins = discover('definitions = [{ use = "module", name = "stranger_assets" }]', "builtins")
    (use,) = plugins.settings.definitions
    (found,) = plugins.create(LoaderPlugin, use)
    assert found.key.path == ["orders"]


def test_a_command_is_made_without_a_context(install_plugin, discover):
    """The factory of a command is called with nothing: commands work without a repository."""
    source = """
    from holdfast.interfaces import Command

    @hookimpl
    def holdfast_commands():
        yield CommandPlugin(name="greet", factory="stranger_greet:Greet", summary="greet")

    class Greet(Command):
        def configure(self, parser): ...
        def run(self, arguments): return 7
    """
    install_plugin("greet", source)
    assert discover().create(CommandPlugin, "greet").run(None) == 7


def test_formats_are_made_late_with_the_options_of_their_plugin(install_plugin, discover):
    """Options in the plugins table reach the plugin's formats, which are made on first use."""
    install_plugin("txt", text_format("txt"))
    plugins = discover('plugins = { txt = { encoding = "latin-1" } }')
    chosen = plugins.formats.for_value("ä", trusted=False, what="it")
    made: Any = plugins.formats.get(chosen)
    assert (chosen.name, chosen.owner, made.encoding) == ("txt", "txt", "latin-1")
    assert made.context.formats is plugins.formats


def test_a_wrong_option_of_a_format_is_named_with_its_place(install_plugin, discover):
    """A misspelt option in the plugins table is an error once the format is needed."""
    install_plugin("txt", text_format("txt"))
    plugins = discover('plugins = { txt = { encodign = "latin-1" } }')
    with pytest.raises(SettingsError, match=r"\[plugins.txt.encodign\] .*Did you mean 'encoding'"):
        plugins.formats.get(plugins.formats.for_value("", trusted=False, what="it"))


def test_settings_order_formats_of_one_type(install_plugin, discover):
    """Of two formats for one type the first listed is chosen; without a list it is an error."""
    for name in ("txt", "text"):
        install_plugin(name, text_format(name))
    for names in (("txt", "text"), ("text", "txt")):
        formats = discover("", *names).formats
        assert formats.for_value("", trusted=False, what="it").name == names[0]
    with pytest.raises(PluginConflictError, match="'txt'"):
        discover().formats.for_value("", trusted=False, what="it")


def test_pickle_takes_the_rest_where_it_is_trusted(install_plugin, discover):
    """The kernel's pickle is the last resort, and only for stores that are trusted."""
    install_plugin("txt", text_format("txt"))
    formats = discover("", "txt").formats
    assert formats.for_value("", trusted=True, what="it").name == "txt"
    assert formats.for_value(3, trusted=True, what="it").name == "pickle"
    with pytest.raises(NoFormatError):
        formats.for_value(3, trusted=False, what="it")


def test_a_format_that_misses_a_module_is_not_active(install_plugin, discover):
    """A format without its library is no choice for any value."""
    install_plugin("txt", text_format("txt").replace("summary=", 'requires=("no_such_module",), summary='))
    plugins = discover("", "txt")
    assert [active.name for active in plugins.formats.active] == ["pickle"]
    assert [provision.name for provision in plugins.provisions(FormatPlugin)] == ["pickle"]


def test_every_listener_is_told(install_plugin, discover, caplog):
    """What one listener raises is logged with its plugin's name, and the next one still hears."""
    install_plugin("a", "@hookimpl\ndef holdfast_event(event): 1 / 0")
    install_plugin("b", "heard = []\n@hookimpl\ndef holdfast_event(event): heard.append(event)")
    plugins = discover()
    event = Event(EventType.RUN_SUCCESS, "1", 0.0)
    with caplog.at_level(logging.ERROR):
        plugins.emit(event)
    assert plugins.has_listeners
    assert sys.modules["stranger_b"].heard == [event]
    assert "Plugin 'a' raised when it was told of RUN_SUCCESS" in caplog.text


def test_without_listeners_there_is_nobody_to_tell(discover):
    """The run loop can tell from one attribute that no event need be passed on."""
    assert not discover("", "builtins").has_listeners


def test_a_provision_is_explained(lake, discover):
    """Who provides a name, from where, why it is active, and where the settings use it."""
    text = explain(discover('io_managers = { deep = { use = "lake", depth = 7 } }'), "lake")
    assert "IO manager 'lake': a lake" in text
    assert "plugin 'lake' of holdfast-lake 1.0, which is active: installed" in text
    assert "used as: deep" in text
    assert "module: stranger_lake" in text


def test_a_resource_key_is_explained(lake, discover):
    """A key of the settings leads to the IO manager behind it, its options and its line."""
    text = explain(discover('io_managers = { deep = { use = "lake", depth = 7 } }'), "deep")
    assert "deep uses the IO manager 'lake'" in text
    assert "holdfast.toml: [io_managers.deep]" in text
    assert "depth = 7" in text


def test_an_inactive_plugin_is_explained(lake, discover):
    """Why a plugin is not active is said, without loading it."""
    text = explain(discover("plugins = { lake = false }"), "lake")
    assert "plugin 'lake' of holdfast-lake 1.0: inactive" in text
    assert "holdfast.toml: [plugins.lake]" in text


def test_the_defaults_are_explained(discover):
    """Where the settings are silent, the preference that decided is shown."""
    text = explain(discover("", "builtins"), "executor")
    assert "executor uses the executor 'in_process'" in text
    assert "the first that is there of multiprocess, in_process" in text


def test_explaining_an_unknown_name_leads_to_the_nearest(lake, discover):
    """Plugins, provisions and keys are all known to the explanation."""
    with pytest.raises(UnknownProvisionError, match="Did you mean 'lake'"):
        explain(discover(), "laek")


def test_errors_of_plugins_cross_processes():
    """What a worker could not find is told to the process that started it, unchanged."""
    error = UnknownProvisionError("IO manager", "laek", ["lake"], "A hint.")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
