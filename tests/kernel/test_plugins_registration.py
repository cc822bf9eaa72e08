"""A plugin's module follows the rules of the hooks, or is refused whole with the reason."""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest

from holdfast.errors import InvalidDefinitionError, PluginError
from holdfast.events import Event, EventType
from holdfast.hookspecs import hookimpl
from holdfast.plugins.registration import provider_hooks, register
from holdfast.provisions import (
    CommandPlugin,
    FormatPlugin,
    IOManagerPlugin,
    ObserverPlugin,
    PartitionMappingPlugin,
    Provision,
)

LAKE = IOManagerPlugin(name="lake", factory="lake:Lake", summary="a lake")


def module(**functions: Any) -> types.ModuleType:
    made = types.ModuleType("stranger")
    for name, function in functions.items():
        setattr(made, name, function)
    return made


@pytest.mark.parametrize("hook", provider_hooks())
def test_every_provider_hook_yields_its_records(hook):
    """Each hook of the page that yields records takes them from a plugin."""
    record_type = provider_hooks()[hook]
    more = {"types": ("builtins.str",), "extension": ".txt"} if record_type is FormatPlugin else {}
    record = record_type(name="mine", factory="mine:Mine", summary="mine", **more)
    assert register("mine", module(**{hook: hookimpl(lambda: [record])})).provisions == (record,)


def test_the_hooks_and_their_records_follow_from_the_page():
    """What a hook yields is read from its annotation, so that a new hook is one edit."""
    hooks = provider_hooks()
    assert hooks["holdfast_observers"] is ObserverPlugin
    assert hooks["holdfast_partition_mappings"] is PartitionMappingPlugin
    assert hooks["holdfast_commands"] is CommandPlugin
    assert "holdfast_event" not in hooks


def test_a_listener_is_called_with_the_event():
    """A plugin that implements only `holdfast_event` provides nothing and hears."""
    heard = []

    @hookimpl
    def holdfast_event(event: Event) -> None:
        heard.append(event)

    registration = register("ears", module(holdfast_event=holdfast_event))
    event = Event(EventType.RUN_SUCCESS, "1", 0.0)
    registration.listener(event=event)
    assert (registration.provisions, heard) == ((), [event])


@pytest.mark.parametrize(
    ("hook", "message"),
    [
        ("holdfast_io_manager", "no hook holdfast_io_manager. Did you mean 'holdfast_io_managers'"),
        ("holdfast_events", "no hook holdfast_events. Did you mean 'holdfast_event'"),
        ("lake", "no hook lake. Known: .*holdfast_formats"),
    ],
)
def test_a_misspelt_hook_leads_to_the_nearest(hook, message):
    """A marked function that is no hook is an error with the nearest name."""
    with pytest.raises(PluginError, match=message):
        register("lake", module(**{hook: hookimpl(lambda: [LAKE])}))


def test_a_hook_for_another_kernel_may_be_optional():
    """A hook that only a later kernel has may be marked so; here it is not called."""
    later = hookimpl(optionalhook=True)(lambda: 1 / 0)
    plugin = module(holdfast_later=later, holdfast_io_managers=hookimpl(lambda: [LAKE]))
    assert register("lake", plugin).provisions == (LAKE,)


def test_a_hook_without_the_mark_is_refused():
    """Forgetting `@hookimpl` would leave the plugin silent, so it is an error."""
    plugin = module(holdfast_io_managers=lambda: [LAKE])
    with pytest.raises(PluginError, match="holdfast_io_managers is not marked with @hookimpl"):
        register("lake", plugin)


def test_a_module_without_hooks_is_refused():
    """An entry point that names the wrong module is noticed."""
    with pytest.raises(PluginError, match=r"implements no hook.*holdfast_io_managers"):
        register("lake", module(helper=lambda: None))


def test_wrong_arguments_are_refused():
    """A hook function takes no argument that its specification does not give."""
    plugin = module(holdfast_event=hookimpl(lambda event, run: None))
    with pytest.raises(PluginError, match=r"'holdfast_event'.*\{'run'\}"):
        register("ears", plugin)


@pytest.mark.parametrize("option", ["tryfirst", "trylast", "wrapper", "hookwrapper"])
def test_no_plugin_orders_or_wraps_others(option):
    """pluggy's ways to go first, go last or wrap are refused: order comes from settings."""

    def holdfast_io_managers() -> Any:
        yield LAKE

    plugin = module(holdfast_io_managers=hookimpl(**{option: True})(holdfast_io_managers))
    with pytest.raises(PluginError, match=f"marked {option}"):
        register("lake", plugin)


@pytest.mark.parametrize("answer", [LAKE, [LAKE, "lake"], ["lake"], "lake", 3, [ObserverPlugin]])
def test_a_hook_yields_nothing_but_its_records(answer):
    """Anything else than records of the hook's kind refuses the whole plugin."""
    plugin = module(holdfast_io_managers=hookimpl(lambda: answer))
    with pytest.raises(PluginError, match="holdfast_io_managers yields IOManagerPlugin records"):
        register("lake", plugin)


def test_one_plugin_provides_a_name_once():
    """Two records of one name in one hook are refused."""
    plugin = module(holdfast_io_managers=hookimpl(lambda: [LAKE, LAKE]))
    with pytest.raises(PluginError, match="provides the IO manager 'lake' twice"):
        register("lake", plugin)


def test_what_a_hook_raises_comes_out():
    """The error of a hook function reaches whoever registers the plugin, generators included."""

    def holdfast_io_managers() -> Any:
        yield LAKE
        raise LookupError("no lakes here")

    with pytest.raises(LookupError, match="no lakes here"):
        register("lake", module(holdfast_io_managers=hookimpl(holdfast_io_managers)))


def test_a_hook_may_provide_nothing():
    """Yielding no record, as on a platform without the thing, is no error."""
    assert register("lake", module(holdfast_io_managers=hookimpl(lambda: ()))).provisions == ()


@pytest.mark.parametrize("factory", ["lake", "lake:", ":Lake", ""])
def test_a_factory_is_a_reference(factory):
    """A record names its factory as module and attribute."""
    with pytest.raises(InvalidDefinitionError, match="module:attribute"):
        Provision(name="lake", factory=factory, summary="")


@pytest.mark.parametrize("requires", ["boto3", ["boto3"], (3,)])
def test_required_modules_are_a_tuple(requires):
    """A string, whose letters would each be a module, is refused where the record is made."""
    with pytest.raises(InvalidDefinitionError, match="requires is a tuple of names"):
        Provision(name="lake", factory="lake:Lake", summary="", requires=requires)


def test_registering_imports_no_factory():
    """Records name implementations; registering them loads none."""
    before = set(sys.modules)
    register("lake", module(holdfast_io_managers=hookimpl(lambda: [LAKE])))
    assert "lake" not in set(sys.modules) - before
