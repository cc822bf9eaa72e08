"""A repository's settings: ``holdfast.toml``, or ``[tool.holdfast]`` in ``pyproject.toml``."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from holdfast.errors import SettingsError
from holdfast.plugins.reading import SettingsReader
from holdfast.plugins.uses import Place, PluginUse, Use

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Settings"]

_KEYS = (
    "definitions",
    "event_store",
    "executor",
    "io_managers",
    "observers",
    "plugins",
    "repository",
    "storage",
)


def _default_storage(settings: Settings) -> Path:
    return settings.directory / ".holdfast" / "storage"


@attrs.frozen(kw_only=True)
class Settings:
    """What a repository says about itself, read by `Settings.load`.

    Attributes:
        directory: the repository's directory, absolute; relative paths in settings are relative to it.
        file: the file they were read from, ``None`` when there is none and these are the defaults.
        repository: the ``module[:attribute]`` with the repository.
        definitions: the loaders that find the definitions, when no repository is named.
        executor: where steps run; ``None`` leaves it to the active plugins.
        event_store: where records are kept; ``None`` leaves it to the active plugins.
        storage: the directory of the instance.
        io_managers: what is used under each resource key.
        observers: what is used under each name that a source asset gives as its ``observe_fn``.
        plugins: the ordered allow-list of plugins; ``None`` makes every installed one active.
        plugins_place: where that list stands.
    """

    directory: Path
    file: Path | None = None
    repository: str | None = None
    definitions: tuple[Use, ...] = ()
    executor: Use | None = None
    event_store: Use | None = None
    storage: Path = attrs.field(default=attrs.Factory(_default_storage, takes_self=True))
    io_managers: Mapping[str, Use] = attrs.field(factory=dict)
    observers: Mapping[str, Use] = attrs.field(factory=dict)
    plugins: Mapping[str, PluginUse] | None = None
    plugins_place: Place = attrs.field(default=Place("the settings"), eq=False)

    @classmethod
    def load(cls, start: Path) -> Settings:
        """Return the settings of the repository that a directory belongs to.

        The nearest directory from ``start`` upwards with a ``holdfast.toml``, or with a ``pyproject.toml``
        that has a table ``[tool.holdfast]``, is the repository's; where both are, ``holdfast.toml`` counts.
        Without either, these are the defaults for ``start``. The environment variables
        ``HOLDFAST_EXECUTOR`` and ``HOLDFAST_EVENT_STORE`` stand above the file.

        Raises:
            SettingsError: the file cannot be read; the message names every problem with its TOML path.
        """
        start = start.absolute()
        for directory in (start, *start.parents):
            for name, path in (("holdfast.toml", ""), ("pyproject.toml", "tool.holdfast")):
                table = _read_table(directory / name, path)
                if table is not None:
                    return cls._from_table(table, directory / name, path)._with_environment()
        return cls(directory=start)._with_environment()

    def overridden(self, *, executor: str | None) -> Settings:
        """Return these settings with what the command line says put above them.

        Args:
            executor: the executor's name; options of the settings stay when they name the same one. ``None``
                leaves the settings as they are.
        """
        return attrs.evolve(self, executor=_named(executor, self.executor, Place("--executor")))

    def with_plugins(self, plugins: Sequence[str] | Mapping[str, Any], place: str) -> Settings:
        """Return these settings with another allow-list of plugins.

        Args:
            plugins: names, or a mapping like the ``plugins`` table: name to true, false or options.
            place: where the list is written, for messages.

        Raises:
            SettingsError: the list cannot be read.
        """
        reader, where = SettingsReader(), Place(place, "plugins")
        allowed = reader.plugins(plugins, where)
        reader.finish()
        return attrs.evolve(self, plugins=allowed, plugins_place=where)

    def _with_environment(self) -> Settings:
        executor, event_store = "HOLDFAST_EXECUTOR", "HOLDFAST_EVENT_STORE"
        return attrs.evolve(
            self,
            executor=_named(os.environ.get(executor), self.executor, Place(executor)),
            event_store=_named(os.environ.get(event_store), self.event_store, Place(event_store)),
        )

    @classmethod
    def _from_table(cls, table: Mapping[str, Any], file: Path, path: str) -> Settings:
        reader, place = SettingsReader(), Place(str(file), path)
        reader.known_keys(table, _KEYS, place)
        repository = reader.reference(table.get("repository"), place.at("repository"))
        definitions = reader.uses(table.get("definitions"), place.at("definitions"))
        if repository and definitions:
            reader.problem(place.at("definitions"), "Give a repository or definitions, not both.")
        storage = reader.text(table.get("storage"), place.at("storage"))
        settings = cls(
            directory=file.parent,
            file=file,
            repository=repository,
            definitions=definitions,
            executor=reader.use(table.get("executor"), place.at("executor")),
            event_store=reader.use(table.get("event_store"), place.at("event_store")),
            io_managers=reader.named_uses(table.get("io_managers"), place.at("io_managers")),
            observers=reader.named_uses(table.get("observers"), place.at("observers")),
            plugins=reader.plugins(table.get("plugins"), place.at("plugins")),
            plugins_place=place.at("plugins"),
        )
        reader.finish()
        return settings if storage is None else attrs.evolve(settings, storage=file.parent / storage)


def _named(name: str | None, before: Use | None, place: Place) -> Use | None:
    if not name or (before is not None and before.use == name):
        return before
    return Use(name, place=place)


def _read_table(file: Path, path: str) -> Mapping[str, Any] | None:
    try:
        data = file.read_bytes()
        # Another project's pyproject.toml is not ours to judge: parse only what may hold the table.
        if path and b"holdfast" not in data:
            return None
        table: Any = tomllib.loads(data.decode())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(str(file), "", f"The file cannot be read: {error.strerror}.") from error
    except ValueError as error:  # TOML syntax and text that is not UTF-8
        raise SettingsError(str(file), "", f"This is not TOML: {error}.") from error
    for key in filter(None, path.split(".")):
        table = table.get(key)
        if table is None:
            return None
        if not isinstance(table, Mapping):
            raise SettingsError(str(file), path, "This is a table.")
    return table  # type: ignore[no-any-return]
