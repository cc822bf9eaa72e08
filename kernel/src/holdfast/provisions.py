"""What hooks yield: frozen records that name an implementation, so that finding it imports nothing heavy."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import attrs

from holdfast.errors import InvalidDefinitionError, did_you_mean
from holdfast.formats import Formats

__all__ = [
    "CommandPlugin",
    "EventStorePlugin",
    "ExecutorPlugin",
    "FormatPlugin",
    "IOManagerPlugin",
    "LoaderPlugin",
    "ObserverPlugin",
    "PartitionMappingPlugin",
    "PluginContext",
    "Provision",
]


@attrs.frozen
class PluginContext:
    """What every plugin factory is told first: where it works, and which formats are active.

    A factory is called as ``factory(context, **options)`` with the options of the repository's settings;
    an option its signature does not name is a settings error that names the nearest one, and so is a value
    that does not fit the annotation. What is taken from the environment comes as `EnvironmentValue`, a string
    that shows nothing of itself.

    Attributes:
        directory: the repository's directory; relative paths in settings are relative to it.
        storage: the directory of the instance, for what the settings do not place elsewhere.
        formats: the active formats, chosen by the type of a value or the extension of a file.
    """

    directory: Path
    storage: Path
    formats: Formats


def _reference(_record: object, _field: object, value: str) -> None:
    module, colon, attribute = value.partition(":")
    if not (module and colon and attribute):
        raise InvalidDefinitionError(f"A factory is named as 'module:attribute', not {value!r}.")


def _names(_record: object, field: attrs.Attribute[tuple[str, ...]], value: object) -> None:
    if not isinstance(value, tuple) or not all(isinstance(name, str) for name in value):
        raise InvalidDefinitionError(f"{field.name} is a tuple of names, not {value!r}.")


def _claims(record: Provision, _field: object, value: tuple[str, ...]) -> None:
    for claim in value:
        if claim not in record.CLAIMS:
            hint = did_you_mean(claim, record.CLAIMS)
            raise InvalidDefinitionError(f"The {record} cannot claim {claim!r}.{hint}")


def _optional_reference(record: object, field: object, value: str) -> None:
    if value:
        _reference(record, field, value)


@attrs.frozen(kw_only=True)
class Provision:
    """One thing a plugin provides, by name.

    Attributes:
        name: the name it is used by; unique among the provisions of its kind.
        factory: ``"module:attribute"`` of the callable that makes it, imported on first use and called as
            ``factory(context, **options)`` with a `PluginContext`.
        summary: one line for lists.
        requires: modules that must be importable for it to work, checked without importing them.
        secrets: names of options that settings may take from the environment only, such as passwords.
        claims: what it can do beyond what all of its kind do, by the names on the page of conformance. What
            is not claimed is expected to be refused.
        conformance: ``"module:attribute"`` of what makes the `holdfast.conformance.Trial` by which
            ``holdfast plugins check`` proves it, called with an empty directory; it may be a context manager.
            Without it, it is tried with its default options.
    """

    kind: ClassVar[str] = "provision"
    CLAIMS: ClassVar[tuple[str, ...]] = ()

    name: str = attrs.field(validator=attrs.validators.instance_of(str))
    factory: str = attrs.field(validator=_reference)
    summary: str
    requires: tuple[str, ...] = attrs.field(default=(), validator=_names)
    secrets: tuple[str, ...] = attrs.field(default=(), validator=_names)
    claims: tuple[str, ...] = attrs.field(default=(), validator=[_names, _claims])
    conformance: str = attrs.field(default="", validator=_optional_reference)

    def __str__(self) -> str:
        return f"{self.kind} '{self.name}'"


@attrs.frozen(kw_only=True)
class IOManagerPlugin(Provision):
    """An IO manager; the factory returns an `IOManager`.

    Attributes:
        types: dotted names of the classes whose values it stores, ``"builtins.object"`` for all.
    """

    kind: ClassVar[str] = "IO manager"
    CLAIMS: ClassVar[tuple[str, ...]] = ("columns", "partitions", "persistent", "processes")

    types: tuple[str, ...] = attrs.field(default=("builtins.object",), validator=_names)


@attrs.frozen(kw_only=True)
class FormatPlugin(Provision):
    """A format; the factory returns a `Format`.

    Attributes:
        types: dotted names of the classes it claims, such as ``"polars.DataFrame"``; subclasses are included.
            The defining module or its top-level package may be named.
        extension: the file extension, with its dot.
        safe: whether loading cannot run code.
        partial: whether it may refuse a value of a type it claims (see `Format.refusal`). The value then goes
            to the next format: another that claims the type, or one that claims a base of it.
    """

    kind: ClassVar[str] = "format"
    CLAIMS: ClassVar[tuple[str, ...]] = ("columns", "conversions")

    types: tuple[str, ...] = attrs.field(validator=_names)
    extension: str
    safe: bool = True
    partial: bool = False


@attrs.frozen(kw_only=True)
class ExecutorPlugin(Provision):
    """An executor; the factory returns a `concurrent.futures.Executor`, shut down when the run has ended.

    That interface is the whole contract. What is submitted is a picklable function with picklable arguments,
    unless the record says ``in_process``. The executor may have an attribute ``max_workers``: the kernel then
    keeps at most that many steps in flight. A worker that dies fails the future of its own step alone. A
    worker process that ends in good order calls `holdfast.execution.worker.close_sessions`, which tears its
    resources down. `holdfast.execution.messages` packs calls for other processes.

    Attributes:
        in_process: whether steps run in the process that submits them, on any thread.
    """

    kind: ClassVar[str] = "executor"

    in_process: bool = False


@attrs.frozen(kw_only=True)
class EventStorePlugin(Provision):
    """An event store; the factory returns an `EventStore`."""

    kind: ClassVar[str] = "event store"
    CLAIMS: ClassVar[tuple[str, ...]] = ("persistent",)


@attrs.frozen(kw_only=True)
class LoaderPlugin(Provision):
    """A loader of definitions; the factory returns a sequence of definitions, or a repository."""

    kind: ClassVar[str] = "loader"


@attrs.frozen(kw_only=True)
class ObserverPlugin(Provision):
    """What looks at source assets that name it as their ``observe_fn``; the factory returns an `Observer`."""

    kind: ClassVar[str] = "observer"


@attrs.frozen(kw_only=True)
class PartitionMappingPlugin(Provision):
    """A mapping between the partitions of two assets; the factory returns a `PartitionMapping`."""

    kind: ClassVar[str] = "partition mapping"


@attrs.frozen(kw_only=True)
class CommandPlugin(Provision):
    """A subcommand of ``holdfast``; the factory is called without arguments and returns a `Command`."""

    kind: ClassVar[str] = "command"
