"""The IO manager: which object a value is, in which format, and what goes wrong."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, Any, cast

from holdfast.errors import Error, StepOutputNotFoundError, StorageError, UntrustedFormatError
from holdfast.formats import Formats
from holdfast.interfaces import IOManager, LoadRequest
from holdfast.io_contexts import InputContext, OutputContext
from holdfast.key_paths import encode_part
from holdfast.metadata import MetadataValue
from holdfast.provisions import PluginContext
from holdfast_s3.bucket import Bucket, reason_of
from holdfast_s3.connection import Connection, split_url
from holdfast_s3.ranges import RangedFile

__all__ = ["EXTENSION", "S3IOManager", "s3_io_manager"]

EXTENSION = "holdfast-extension"
"""The metadata of an object under which it says in which format it is, by the extension of its files."""

_WHOLE = 4 * 1024 * 1024  # bytes
_LOOKS = 5
_LONGEST = 1024  # bytes


def s3_io_manager(
    context: PluginContext,
    base: str,
    endpoint: str | None = None,
    region: str | None = None,
    trusted: bool = False,
    anonymous: bool = False,
) -> S3IOManager:
    """Return the IO manager that the settings describe.

    Args:
        context: has the active formats.
        base: ``s3://bucket/prefix``.
        endpoint: the URL of the store; that of the environment, else AWS, if ``None``.
        region: the region; that of the environment if ``None``.
        trusted: whether values may be stored and loaded in formats that can run code, which is to say pickle.
        anonymous: whether to send no credentials.

    Raises:
        SettingsError: an option does not fit, or the credentials cannot be read.
    """
    connection = Connection("IO manager 's3'", endpoint, region, anonymous)
    place = split_url(base)
    if place is None:
        raise connection.refused("base", f"is a URL such as 's3://bucket/prefix', not {base!r}.")
    if not isinstance(trusted, bool):
        raise connection.refused("trusted", f"is true or false, not {trusted!r}.")
    name, prefix = place
    return S3IOManager(Bucket(name, connection), prefix, context.formats, trusted=trusted)


class S3IOManager(IOManager):
    """Stores each value in one object, named by its asset's key, in the format of the value's type.

    The asset ``AssetKey(["warehouse", "orders"])`` is the object ``warehouse/orders.value`` under the prefix;
    its partition ``2024-01-01`` is ``warehouse/orders/partition=2024-01-01/value``, where other tools find
    the partitions of one table. Key parts are encoded by `holdfast.key_paths.encode_part`. The name does not
    depend on the format, which is in the object's metadata: so one request replaces a value by one of another
    format.

    Args:
        bucket: where the objects are.
        prefix: what their names begin with.
        formats: the active formats.
        trusted: whether formats that can run code may be stored and loaded.
    """

    def __init__(self, bucket: Bucket, prefix: str, formats: Formats, *, trusted: bool) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/".lstrip("/")
        self._formats = formats
        self._trusted = trusted

    def handle_output(self, context: OutputContext, obj: Any) -> Mapping[str, Any] | None:
        """Store ``obj`` and return where it is, its size in bytes and etag, and what its format says of it.

        Of several partitions, ``obj`` is a mapping by partition key, and each is stored in an object of its
        own.

        Raises:
            NoFormatError: no format that may be used here takes this value.
            StorageError: the value cannot be turned into bytes, or the store does not take it.
        """
        return context.store_each(obj, self._store)

    def _store(self, context: OutputContext, obj: Any) -> Mapping[str, Any]:
        what = _title(context)
        key = self._stem(context, what) + _suffix(context)
        active = self._formats.for_value(obj, trusted=self._trusted, what=what)
        try:
            with io.BytesIO() as file:
                said = self._formats.get(active).dump(obj, file)
                data = file.getvalue()
            kept = self._bucket.put(key, data, {EXTENSION: active.extension})
        except Exception as error:
            raise self._failure(f"{what} cannot be stored as {active.name}", key, error) from error
        metadata = {**(said or {}), "url": MetadataValue.url(self._bucket.url(key)), "size_bytes": len(data)}
        return metadata | {"etag": kept["e_tag"]} if kept["e_tag"] else metadata

    def load_input(self, context: InputContext) -> Any:
        """Return the stored value, in the type and with the columns that ``context`` asks for.

        Where the mapping between partitions may find several, that is a mapping by partition key.

        Raises:
            StepOutputNotFoundError: nothing is stored.
            UntrustedFormatError: its format can run code, and the store is not marked trusted.
            StorageError: the object cannot be read.
        """
        return context.load_each(self._load)

    def _load(self, context: InputContext) -> Any:
        what = _title(context)
        stem = self._stem(context, what)
        own = stem + _suffix(context)
        for _ in range(_LOOKS):
            try:
                found = self._open(own, in_parts="columns" in context.metadata) or self._foreign(stem)
            except Exception as error:
                raise self._failure(f"{what} cannot be read", own, error) from error
            if found is None:
                raise StepOutputNotFoundError(what, self._bucket.url(own))
            key, extension, file = found
            if extension is None:
                raise StorageError(
                    f"{what} at {self._bucket.url(key)} does not say its format: it was put or copied "
                    f"without the metadata '{EXTENSION}'. Copy it with that, or materialize the asset again."
                )
            active = self._formats.for_extension(extension, what=what)
            if not (active.safe or self._trusted):
                raise UntrustedFormatError(what, active.name, self._bucket.url(key))
            format_ = self._formats.get(active)
            try:
                return format_.load(file, LoadRequest(context.python_type, context.metadata))
            except Exception as error:
                if not (isinstance(file, RangedFile) and file.changed):
                    raise self._failure(f"{what} cannot be loaded as {active.name}", key, error) from error
        raise StorageError(
            f"{what} at {self._bucket.url(key)} was replaced again and again while it was read."
        )

    def _open(self, key: str, *, in_parts: bool) -> tuple[str, str | None, IO[bytes]] | None:
        """Return the key of a value, the extension of its format if it says one, and its contents."""
        if in_parts:
            looked = self._bucket.head(key)
            if looked is not None:
                meta, attributes = looked
                etag = meta["e_tag"]
                if etag and meta["size"] > _WHOLE:
                    file = RangedFile(self._bucket, key, meta["size"], etag)
                    return key, attributes.get(EXTENSION), cast("IO[bytes]", file)
        got = self._bucket.get(key)
        return None if got is None else (key, got[1].get(EXTENSION), io.BytesIO(got[0]))

    def _foreign(self, stem: str) -> tuple[str, str, IO[bytes]] | None:
        """Return what another program has put under a value's name and the extension of a format."""
        extensions = dict.fromkeys(active.extension for active in self._formats.active)
        there = [extension for extension in extensions if self._bucket.head(stem + extension)]
        if len(there) > 1:
            raise StorageError(f"It is there as {' and '.join(there)}. Remove all but one of them.")
        for extension in there:
            got = self._bucket.get(stem + extension)
            if got is not None:
                return stem + extension, extension, io.BytesIO(got[0])
        return None

    def _stem(self, context: OutputContext | InputContext, what: str) -> str:
        """Return the name of a value's object without its suffix."""
        if context.has_asset_key:
            stem = _encoded(context.asset_key.parts)
        else:
            stem = f"run={_encoded(context.get_identifier())}"
        if context.has_asset_partitions:
            stem += f"/partition={encode_part(context.asset_partition_key)}/value"
        stem = self._prefix + stem
        length = len((stem + _suffix(context)).encode())
        if length > _LONGEST:
            raise StorageError(
                f"{what} is stored under a name of {length} bytes, and S3 takes no more than {_LONGEST}. Use "
                "a shorter base, or a key with fewer or shorter parts."
            )
        return stem

    def _failure(self, problem: str, key: str, error: Exception) -> StorageError:
        own = isinstance(error, Error)
        reason = f"{error}" if own else f"{type(error).__name__}: {reason_of(error)}."
        return StorageError(f"{problem} at {self._bucket.url(key)}: {reason}")


def _suffix(context: OutputContext | InputContext) -> str:
    """Return what the name of a value's object ends in: no name is the beginning of another's path."""
    return "" if context.has_asset_partitions else ".value"  # a partition has a directory of its own


def _encoded(parts: Any) -> str:
    return "/".join(map(encode_part, parts))


def _title(context: OutputContext | InputContext) -> str:
    if context.has_asset_key:
        title = f"Asset {str(context.asset_key)!r}"
    else:
        run, *rest = context.get_identifier()
        title = f"Output {'.'.join(rest)!r} of run {run!r}"
    if context.has_asset_partitions:
        return f"{title}, partition {context.asset_partition_key!r},"
    return title
