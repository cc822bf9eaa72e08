"""The IO manager: which file a value is stored in, in which format, and what goes wrong."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from holdfast.errors import Error, SettingsError, StepOutputNotFoundError, StorageError, UntrustedFormatError
from holdfast.formats import Formats
from holdfast.interfaces import IOManager, LoadRequest
from holdfast.io_contexts import InputContext, OutputContext
from holdfast.key_paths import encode_part
from holdfast.metadata import MetadataValue
from holdfast.provisions import PluginContext
from holdfast_filesystem.files import Files
from holdfast_filesystem.local import LocalFiles

__all__ = ["FilesystemIOManager", "filesystem_io_manager"]


def filesystem_io_manager(
    context: PluginContext,
    base: str | os.PathLike[str] | None = None,
    trusted: bool | None = None,
    durable: bool = False,
    storage_options: Mapping[str, Any] | None = None,
) -> FilesystemIOManager:
    """Return the IO manager that the settings describe.

    Args:
        context: where the repository is, and the active formats.
        base: a directory, relative to the repository's, or an fsspec URL; the instance's storage if ``None``.
        trusted: whether values may be stored and loaded in formats that can run code, which is to say pickle;
            if ``None``, local files are trusted and other URLs are not.
        durable: whether a stored value must be on the disk before its step goes on; local files only.
        storage_options: arguments of the fsspec file system; URLs only.

    Raises:
        SettingsError: an option does not fit, or nothing is installed for the URL's protocol.
    """
    if not isinstance(base, str | os.PathLike | None):
        raise _refused("base", f"is a directory or a URL, not {base!r}.")
    for option, value in (("trusted", trusted), ("durable", durable)):
        if not isinstance(value, bool | None):
            raise _refused(option, f"is true or false, not {value!r}.")
    place = os.fspath(context.storage if base is None else base)
    for protocol in ("file://", "local://"):
        place = place.removeprefix(protocol)
    if "://" in place or "::" in place:
        if durable:
            raise _refused("durable", f"is for local files, not for {place!r}.")
        from holdfast_filesystem.remote import RemoteFiles  # fsspec is imported when a URL needs it

        remote = RemoteFiles(place, storage_options or {})
        return FilesystemIOManager(remote, context.formats, trusted=bool(trusted))
    if storage_options:
        raise _refused("storage_options", f"is for URLs, not for {place!r}.")
    local = LocalFiles(context.directory / Path(place).expanduser(), durable=bool(durable))
    return FilesystemIOManager(local, context.formats, trusted=trusted is not False)


class FilesystemIOManager(IOManager):
    """Stores each value in one file, named by its asset's key, in the format of the value's type.

    The asset ``AssetKey(["warehouse", "orders"])`` is stored at ``warehouse/orders`` and the format's
    extension; its partition ``2024-01-01`` at ``warehouse/orders/partition=2024-01-01/value``. Key parts
    are encoded by `holdfast.key_paths.encode_part`. So the partitions of an asset are what other tools know
    as a dataset in directories with the name and the value of a column.

    Args:
        files: where the files are.
        formats: the active formats.
        trusted: whether formats that can run code may be stored and loaded.
    """

    def __init__(self, files: Files, formats: Formats, *, trusted: bool) -> None:
        self._files = files
        self._formats = formats
        self._trusted = trusted
        self._extensions = list(dict.fromkeys(active.extension for active in formats.active))
        self._others = {
            extension: [other for other in self._extensions if other != extension]
            for extension in self._extensions
        }

    def handle_output(self, context: OutputContext, obj: Any) -> Mapping[str, Any] | None:
        """Store ``obj`` and return where it is, its size in bytes, and what its format says of it.

        Of several partitions, ``obj`` is a mapping by partition key, and each is stored in a file of its own.

        Raises:
            NoFormatError: no format that may be used here takes a value of this type.
            StorageError: the value cannot be turned into bytes, or the file cannot be written.
        """
        return context.store_each(obj, self._store)

    def _store(self, context: OutputContext, obj: Any) -> Mapping[str, Any]:
        what = _Title(context)
        stem = _stem(context)
        active = self._formats.for_value(obj, trusted=self._trusted, what=what)
        extension = active.extension
        dump = partial(self._formats.get(active).dump, obj)
        try:
            said, size = self._files.replace(stem, extension, self._others[extension], dump)
        except Exception as error:
            raise self._failure(f"{what} cannot be stored as {active.name}", stem, error) from error
        path = MetadataValue.path(self._files.location(stem + extension))
        return {**(said or {}), "path": path, "size_bytes": size}

    def load_input(self, context: InputContext) -> Any:
        """Return the stored value, in the type and with the columns that ``context`` asks for.

        Where the mapping between partitions may find several, that is a mapping by partition key.

        Raises:
            StepOutputNotFoundError: nothing is stored.
            UntrustedFormatError: its format can run code, and the store is not marked trusted.
            StorageError: the file cannot be read.
        """
        return context.load_each(self._load)

    def _load(self, context: InputContext) -> Any:
        what = _Title(context)
        stem = _stem(context)
        try:
            found = self._files.open_newest(stem, self._extensions)
            others = self._files.extensions(stem) if found is None else []
        except Exception as error:
            raise self._failure(f"{what} cannot be read", stem, error) from error
        if found is None:
            if others:
                self._formats.for_extension(others[-1], what=what)  # says that no active format has it
            raise StepOutputNotFoundError(str(what), self._files.location(f"{stem}.*"))
        extension, file = found
        with file:
            active = self._formats.for_extension(extension, what=what)
            if not (active.safe or self._trusted):
                raise UntrustedFormatError(str(what), active.name, self._files.location(stem + extension))
            format_ = self._formats.get(active)
            try:
                return format_.load(file, LoadRequest(context.python_type, context.metadata))
            except Exception as error:
                problem = f"{what} cannot be loaded as {active.name}"
                raise self._failure(problem, stem + extension, error) from error

    def _failure(self, problem: str, name: str, error: Exception) -> StorageError:
        where = self._files.location(name)
        reason = str(error) if isinstance(error, Error) else f"{type(error).__name__}: {error}"
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            reason = (
                f"the path is too long for the operating system ({len(os.fsencode(where))} bytes). "
                "Use a shorter base directory, or a key with fewer or shorter parts."
            )
        return StorageError(f"{problem} at {where}: {reason}")


def _stem(context: OutputContext | InputContext) -> str:
    """Return the path of a value below the base, without an extension."""
    if context.has_asset_key:
        stem = _encoded(context.asset_key.parts)
    else:
        stem = f"run={_encoded(tuple(context.get_identifier()))}"
    if context.has_asset_partitions:
        stem += f"/partition={encode_part(context.asset_partition_key)}/value"
    return stem


@lru_cache(maxsize=10_000)  # a value is stored once, and may be loaded many times
def _encoded(parts: tuple[str, ...]) -> str:
    return "/".join(map(encode_part, parts))


class _Title:
    """What to call a value in messages, made only when there is one."""

    __slots__ = ("_context",)

    def __init__(self, context: OutputContext | InputContext) -> None:
        self._context = context

    def __str__(self) -> str:
        context = self._context
        if context.has_asset_key:
            title = f"Asset {str(context.asset_key)!r}"
        else:
            run, *rest = context.get_identifier()
            title = f"Output {'.'.join(rest)!r} of run {run!r}"
        if context.has_asset_partitions:
            return f"{title}, partition {context.asset_partition_key!r},"
        return title


def _refused(option: str, problem: str) -> SettingsError:
    return SettingsError("IO manager 'filesystem'", option, problem)
