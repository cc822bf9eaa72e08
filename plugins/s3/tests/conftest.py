from __future__ import annotations

import json
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import attrs
import pytest

from holdfast.built_contexts import build_input_context, build_output_context
from holdfast.builtins.pickle_format import PickleFormat
from holdfast.formats import ActiveFormat, Formats
from holdfast.interfaces import Format, IOManager, LoadRequest
from holdfast.provisions import PluginContext
from holdfast_s3.io import s3_io_manager
from holdfast_s3.scratch_server import KEYS, ScratchServer


class TextFormat(Format):
    def dump(self, obj: Any, file: IO[bytes]) -> dict[str, Any]:
        file.write(obj.encode())
        return {"lines": len(obj.splitlines())}

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        return file.read().decode()


class TableFormat(Format):
    """Columns of 8 MB, one after the other; a reader reads those it asks for."""

    def dump(self, obj: Any, file: IO[bytes]) -> None:
        head = json.dumps({name: len(column) for name, column in obj.items()}).encode()
        file.write(head.ljust(1000))
        for column in obj.values():
            file.write(column)

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        start, columns = 1000, {}
        for name, length in json.loads(file.read(1000)).items():
            if name in request.metadata.get("columns", [name]):
                file.seek(start)
                columns[name] = file.read(length)
            start += length
        return columns


@attrs.frozen
class Store:
    """An IO manager, asked in one line."""

    manager: IOManager

    def put(self, key: Any, value: Any, partition: str | None = None) -> Any:
        context = build_output_context(asset_key=key, partition_key=partition)
        return self.manager.handle_output(context, value)

    def get(self, key: Any, partition: str | None = None, **metadata: Any) -> Any:
        context = build_input_context(asset_key=key, partition_key=partition, metadata=metadata)
        return self.manager.load_input(context)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)


@pytest.fixture
def bucket(s3_server: ScratchServer) -> str:
    """An empty bucket."""
    name = f"bucket-{uuid.uuid4().hex}"
    s3_server.client().create_bucket(Bucket=name)
    return name


@pytest.fixture
def formats() -> Formats:
    """Formats for text and tables, and pickle for the rest."""
    return Formats(
        [
            ActiveFormat("text", ("builtins.str",), ".txt", TextFormat),
            ActiveFormat("table", ("builtins.dict",), ".table", TableFormat),
            ActiveFormat("pickle", ("builtins.object",), ".pickle", PickleFormat, safe=False),
        ]
    )


@pytest.fixture
def make_store(
    tmp_path: Path, formats: Formats, s3_server: ScratchServer, bucket: str
) -> Callable[..., Store]:
    """Makes stores with the options of the settings; by default trusted, under a prefix of the bucket."""

    def make(formats: Formats = formats, **options: Any) -> Store:
        defaults = {"base": f"s3://{bucket}/lake/", "endpoint": s3_server.url, "trusted": True}
        context = PluginContext(tmp_path, tmp_path / "storage", formats)
        return Store(s3_io_manager(context, **{**defaults, **options}))

    return make


@pytest.fixture
def store(make_store: Callable[..., Store]) -> Store:
    """A trusted store."""
    return make_store()


@pytest.fixture
def objects(s3_server: ScratchServer, bucket: str) -> Callable[[], list[str]]:
    """Lists the keys of all objects in the bucket."""

    def objects() -> list[str]:
        return [each["Key"] for each in s3_server.client().list_objects_v2(Bucket=bucket).get("Contents", [])]

    return objects


@attrs.define
class Wire:
    """A proxy before the server that keeps what is sent, and counts the bytes that come back."""

    url: str
    sent: bytes = b""
    received: int = 0


@pytest.fixture
def wire(s3_server: ScratchServer) -> Iterator[Wire]:
    """A proxy before the server."""
    address = ("127.0.0.1", int(s3_server.url.rpartition(":")[2]))
    listening = socket.create_server(("127.0.0.1", 0))
    wire = Wire(f"http://127.0.0.1:{listening.getsockname()[1]}")

    def pump(source: socket.socket, target: socket.socket, back: bool) -> None:
        try:
            while data := source.recv(65536):
                if back:
                    wire.received += len(data)
                else:
                    wire.sent += data
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one of the two is gone

    def serve() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            upstream = socket.create_connection(address)
            for pair in ((client, upstream, False), (upstream, client, True)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield wire
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()
