"""IO managers as strangers write them: one that is right, and many with one mistake each.

They are a module of their own because the suites have other processes import them.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from holdfast import IOManager, StorageError
from holdfast.errors import StepOutputNotFoundError
from holdfast.key_paths import encode_part


class Shelf(IOManager):
    """Right in everything: a pickle for each value and partition, put in its place when it is whole."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "shelf"

    def handle_output(self, context: Any, obj: Any) -> Any:
        return context.store_each(obj, self.store)

    def load_input(self, context: Any) -> Any:
        return context.load_each(self.load)

    def store(self, context: Any, obj: Any) -> Any:
        path = self.path(context)
        try:
            data = self.encode(obj)
        except Exception as error:
            raise StorageError(f"{self.title(context)} cannot be pickled: {error}") from error
        self.directory.mkdir(exist_ok=True)
        self.write(path, data)
        return {"bytes": len(data)}

    def write(self, path: Path, data: bytes) -> None:
        temporary = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
        temporary.write_bytes(data)
        temporary.replace(path)

    def load(self, context: Any) -> Any:
        path = self.path(context)
        if not path.exists():
            raise StepOutputNotFoundError(self.title(context), str(path))
        return self.decode(path.read_bytes())

    def encode(self, obj: Any) -> bytes:
        return pickle.dumps(obj)

    def decode(self, data: bytes) -> Any:
        return pickle.loads(data)

    def path(self, context: Any) -> Path:
        return self.directory / self.short(self.name(context))

    def short(self, name: str) -> str:
        return name if len(name) < 200 else f"~{hash_of(name)}"

    def name(self, context: Any) -> str:
        if not context.has_asset_key:
            return "run=" + ".".join(map(encode_part, context.get_identifier()))
        name = self.key(context.asset_key.path)
        if context.has_asset_partitions:
            name += "=" + encode_part(context.asset_partition_key)
        return name

    def key(self, parts: list[str]) -> str:
        return ".".join(map(encode_part, parts))

    def title(self, context: Any) -> str:
        if not context.has_asset_key:
            return f"Output {context.get_identifier()}"
        partition = f"[{context.asset_partition_key}]" if context.has_asset_partitions else ""
        return f"Asset '{context.asset_key}'{partition}"


def hash_of(name: str) -> str:
    import hashlib

    return hashlib.sha256(name.encode()).hexdigest()


# -- writing ---------------------------------------------------------------------------------------------


class WritesInPlace(Shelf):
    def store(self, context: Any, obj: Any) -> None:
        self.directory.mkdir(exist_ok=True)
        with self.path(context).open("wb") as file:
            pickle._Pickler(file).dump(obj) if isinstance(obj, dict) else pickle.dump(obj, file)


class TakesItsTime(Shelf):
    """The bytes are whole, and go to the file in two halves."""

    def write(self, path: Path, data: bytes) -> None:
        with path.open("wb", buffering=0) as file:
            file.write(data[: len(data) // 2])
            file.write(data[len(data) // 2 :])


class SwallowsErrors(Shelf):
    def store(self, context: Any, obj: Any) -> Any:
        try:
            return super().store(context, obj)
        except Exception:
            return None


class RaisesWhatPickleRaises(Shelf):
    def store(self, context: Any, obj: Any) -> None:
        data = self.encode(obj)
        self.directory.mkdir(exist_ok=True)
        self.write(self.path(context), data)


class LeavesTemporaryFiles(Shelf):
    def write(self, path: Path, data: bytes) -> None:
        handle, temporary = tempfile.mkstemp(dir=self.directory)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        shelf = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
        shelf.write_bytes(Path(temporary).read_bytes())
        shelf.replace(path)


class LeavesThemWhenItFails(Shelf):
    def store(self, context: Any, obj: Any) -> None:
        self.directory.mkdir(exist_ok=True)
        temporary = self.directory / os.urandom(8).hex()
        try:
            with temporary.open("wb") as file:
                pickle.dump(obj, file)
        except Exception as error:
            raise StorageError(f"{self.title(context)} cannot be pickled") from error
        temporary.replace(self.path(context))


class KeepsTheFirst(Shelf):
    def write(self, path: Path, data: bytes) -> None:
        if not path.exists():
            super().write(path, data)


class SharesATemporaryName(Shelf):
    def write(self, path: Path, data: bytes) -> None:
        temporary = self.directory / "new"
        temporary.write_bytes(data)
        temporary.replace(path)


class ReturnsThePath(Shelf):
    def store(self, context: Any, obj: Any) -> Any:
        super().store(context, obj)
        return str(self.path(context))


# -- values ----------------------------------------------------------------------------------------------


class StoresText(Shelf):
    def encode(self, obj: Any) -> bytes:
        return str(obj).encode("utf-8", "surrogatepass")

    def decode(self, data: bytes) -> str:
        return data.decode("utf-8", "surrogatepass")


class StoresJson(Shelf):
    """Claims only what JSON keeps, and takes all that JSON takes."""

    def encode(self, obj: Any) -> bytes:
        return json.dumps(obj).encode()

    def decode(self, data: bytes) -> Any:
        return json.loads(data)


class TakesEmptyForMissing(Shelf):
    def load(self, context: Any) -> Any:
        value = super().load(context)
        if not value:
            raise StepOutputNotFoundError(self.title(context), "the shelf")
        return value


class ChangesTheValue(Shelf):
    def encode(self, obj: Any) -> bytes:
        if isinstance(obj, dict):
            obj["stored"] = True
            data = super().encode({key: value for key, value in obj.items() if key != "stored"})
        else:
            data = super().encode(obj)
        return data


class KeepsTheObject(Shelf):
    """Writes the file too, and answers from memory."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.objects: dict[Path, Any] = {}

    def store(self, context: Any, obj: Any) -> Any:
        said = super().store(context, obj)
        self.objects[self.path(context)] = obj
        return said

    def load(self, context: Any) -> Any:
        path = self.path(context)
        return self.objects[path] if path in self.objects else super().load(context)


class CachesLoads(Shelf):
    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.cache: dict[Path, bytes] = {}

    def store(self, context: Any, obj: Any) -> Any:
        self.cache.pop(self.path(context), None)
        return super().store(context, obj)

    def load(self, context: Any) -> Any:
        path = self.path(context)
        if path not in self.cache:
            self.cache[path] = pickle.dumps(super().load(context))
        return pickle.loads(self.cache[path])


# -- keys ------------------------------------------------------------------------------------------------


class JoinsWithUnderscores(Shelf):
    def key(self, parts: list[str]) -> str:
        return encode_part("_".join(parts))


class LowersKeys(Shelf):
    def key(self, parts: list[str]) -> str:
        return super().key([part.lower() for part in parts])


class CutsLongNames(Shelf):
    def key(self, parts: list[str]) -> str:
        return super().key([part[:60] for part in parts])


class TakesTheLastPart(Shelf):
    def key(self, parts: list[str]) -> str:
        return encode_part(parts[-1])


class WantsAnAssetKey(Shelf):
    def name(self, context: Any) -> str:
        return self.key(context.asset_key.path)


# -- what is not there -----------------------------------------------------------------------------------


class LoadsADefault(Shelf):
    def load(self, context: Any) -> Any:
        return super().load(context) if self.path(context).exists() else None


class RaisesKeyError(Shelf):
    def load(self, context: Any) -> Any:
        if not self.path(context).exists():
            raise KeyError(str(context.asset_key))
        return super().load(context)


class NotesEachLoad(Shelf):
    def load(self, context: Any) -> Any:
        self.directory.mkdir(exist_ok=True)
        with (self.directory / "loads.log").open("a") as log:
            log.write(self.title(context))
        return super().load(context)


# -- processes -------------------------------------------------------------------------------------------


class HoldsALock(Shelf):
    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.lock = threading.Lock()


class HoldsAnOpenFile(Shelf):
    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.log = io.FileIO(os.devnull, "w")


class LivesInMemory(IOManager):
    """In memory, and does not say so."""

    def __init__(self, directory: Path) -> None:
        self.values: dict[Any, Any] = {}

    def handle_output(self, context: Any, obj: Any) -> None:
        self.values[context.identity] = obj

    def load_input(self, context: Any) -> Any:
        if context.identity not in self.values:
            raise StepOutputNotFoundError(f"Asset '{context.asset_key}'", "memory")
        return self.values[context.identity]


# -- partitions ------------------------------------------------------------------------------------------


class IgnoresThePartition(Shelf):
    def name(self, context: Any) -> str:
        return self.key(context.asset_key.path)


class KeepsTheLastPartition(Shelf):
    def handle_output(self, context: Any, obj: Any) -> Any:
        if context.has_asset_partitions and len(context.asset_partition_keys) > 1:
            *_, last = context.asset_partition_keys
            return context.store_each(obj, lambda one, value: self.store_last(one, value, last))
        return super().handle_output(context, obj)

    def store_last(self, context: Any, value: Any, last: str) -> Any:
        return self.store(context, value) if context.asset_partition_key == last else None


class CountsPartitions(Shelf):
    """A mapping if there are several, and else the value."""

    def load_input(self, context: Any) -> Any:
        found = super().load_input(context)
        if isinstance(found, Mapping) and context.by_partition and len(found) == 1:
            return next(iter(found.values()))
        return found


class LeavesOutWhatIsMissing(Shelf):
    def load_input(self, context: Any) -> Any:
        if not context.by_partition:
            return super().load_input(context)
        found = {}

        def look(one: Any) -> None:
            if self.path(one).exists():
                found[one.asset_partition_key] = self.load(one)

        context.load_each(look)
        return found


class StoresWhatItIsGiven(Shelf):
    """The partitions that the mapping has, whichever were asked for."""

    def handle_output(self, context: Any, obj: Any) -> Any:
        if context.has_asset_partitions and len(context.asset_partition_keys) > 1:
            keys = [key for key in context.asset_partition_keys if key in obj]
            for key in keys:
                path = self.directory / f"{self.key(context.asset_key.path)}={encode_part(key)}"
                self.directory.mkdir(exist_ok=True)
                self.write(path, self.encode(obj[key]))
            return None
        return super().handle_output(context, obj)


class SaysTheSameOfAll(Shelf):
    """Metadata of several partitions as if they were one."""

    def handle_output(self, context: Any, obj: Any) -> Any:
        said = super().handle_output(context, obj)
        return said if said is not None else {"bytes": 0}
