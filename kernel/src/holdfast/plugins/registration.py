"""From a plugin's module to its validated provisions: pluggy, with its gaps closed.

Each plugin has a plugin manager of its own. So registration is all or nothing, since a manager that is not
returned is gone; a plugin that raises stops nobody else's hooks; and no plugin orders or wraps another.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

import attrs
import pluggy

from holdfast import hookspecs
from holdfast.errors import PluginError, did_you_mean
from holdfast.provisions import Provision

__all__ = ["Registration", "provider_hooks", "register"]

_PROJECT = hookspecs.hookimpl.project_name
_LISTENER = hookspecs.holdfast_event.__name__
_MAPPER = hookspecs.holdfast_default_partition_mapping.__name__


@attrs.frozen
class Registration:
    """What a plugin's hooks gave.

    Attributes:
        provisions: the records that its providers yielded, in the order of the hooks.
        listener: called as ``listener(event=...)`` for every event, ``None`` if it does not listen.
        mapper: gives mappings between partitions where nobody says, ``None`` if it gives none.
    """

    provisions: tuple[Provision, ...]
    listener: Callable[..., Any] | None
    mapper: Callable[..., Any] | None = None


@functools.cache
def provider_hooks() -> Mapping[str, type[Provision]]:
    """Return the hooks that yield records, each with the class of its records, in the order of the page."""
    providers = {}
    for name, function in vars(hookspecs).items():
        if hasattr(function, f"{_PROJECT}_spec") and name not in (_LISTENER, _MAPPER):
            answer = get_type_hints(function)["return"]
            if get_origin(answer) is Iterable:
                (providers[name],) = get_args(answer)
    return providers


def register(name: str, module: ModuleType) -> Registration:
    """Return what the hooks of a plugin give.

    Args:
        name: the plugin's name.
        module: the module with its hook implementations.

    Raises:
        PluginError: the module breaks a rule of the hooks; the message says which.
        Exception: whatever one of its hooks raised.
    """
    manager = _Manager(_PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(module, name)
    except pluggy.PluginValidationError as error:
        raise _broken(name, " ".join(str(error).split())) from error
    _check_hooks(name, module, manager)
    provisions = [
        record
        for hook, record_type in provider_hooks().items()
        for answer in getattr(manager.hook, hook)()
        for record in _records(name, hook, record_type, answer)
    ]
    _check_unique(name, provisions)
    listener, mapper = (
        caller if caller.get_hookimpls() else None
        for caller in (getattr(manager.hook, hook) for hook in (_LISTENER, _MAPPER))
    )
    return Registration(tuple(provisions), listener, mapper)


class _Manager(pluggy.PluginManager):
    """Looks for marks on functions of modules; pluggy takes care with any object, which doubles the price."""

    def parse_hookspec_opts(self, module_or_class: Any, name: str) -> Any:
        return _mark(module_or_class, name, f"{_PROJECT}_spec")

    def parse_hookimpl_opts(self, plugin: Any, name: str) -> Any:
        return _mark(plugin, name, f"{_PROJECT}_impl")


def _mark(module: ModuleType, name: str, mark: str) -> Mapping[str, Any] | None:
    function = vars(module).get(name)
    options = getattr(function, mark, None) if inspect.isroutine(function) else None
    return options if isinstance(options, dict) else None


def _check_hooks(name: str, module: ModuleType, manager: pluggy.PluginManager) -> None:
    known = [*provider_hooks(), _LISTENER, _MAPPER]
    for hook in known:
        function = vars(module).get(hook)
        if inspect.isfunction(function) and not hasattr(function, f"{_PROJECT}_impl"):
            raise _broken(name, f"the function {hook} is not marked with @hookimpl")
    implemented = manager.get_hookcallers(module) or []
    if not implemented:
        raise _broken(name, f"the module {module.__name__} implements no hook.{did_you_mean('', known)}")
    for caller in implemented:
        for implementation in caller.get_hookimpls():
            if not caller.has_spec() and not implementation.optionalhook:
                raise _broken(name, f"there is no hook {caller.name}.{did_you_mean(caller.name, known)}")
            options = ("hookwrapper", "wrapper", "tryfirst", "trylast")
            for option in filter(functools.partial(getattr, implementation), options):
                raise _broken(
                    name, f"{caller.name} is marked {option}; the order of plugins comes from settings alone"
                )


def _records(name: str, hook: str, record_type: type[Provision], answer: Any) -> list[Provision]:
    wanted = f"{hook} yields {record_type.__name__} records"
    if not isinstance(answer, Iterable):
        raise _broken(name, f"{wanted}; this one returned {answer!r}")
    records = list(answer)
    for record in records:
        if not isinstance(record, record_type):
            raise _broken(name, f"{wanted}, not {record!r}")
    return records


def _check_unique(name: str, provisions: list[Provision]) -> None:
    seen = set()
    for provision in provisions:
        if (provision.kind, provision.name) in seen:
            raise _broken(name, f"it provides the {provision.kind} '{provision.name}' twice")
        seen.add((provision.kind, provision.name))


def _broken(name: str, reason: str) -> PluginError:
    return PluginError(name, "broken", reason)
