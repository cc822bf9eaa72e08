from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import attrs
import pytest

from holdfast.built_contexts import build_input_context, build_output_context
from holdfast.builtins.pickle_format import PickleFormat
from holdfast.formats import ActiveFormat, Formats
from holdfast.interfaces import Format, IOManager, LoadRequest
from holdfast.provisions import PluginContext
from holdfast_filesystem.io import filesystem_io_manager


class TextFormat(Format):
    def dump(self, obj: Any, file: IO[bytes]) -> dict[str, Any]:
        file.write(obj.encode())
        return {"lines": len(obj.splitlines())}

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        return file.read().decode()[: request.metadata.get("first")]


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


@pytest.fixture
def formats() -> Formats:
    """A format for text, and pickle for the rest."""
    return Formats(
        [
            ActiveFormat("text", ("builtins.str",), ".txt", TextFormat),
            ActiveFormat("pickle", ("builtins.object",), ".pickle", PickleFormat, safe=False),
        ]
    )


@pytest.fixture
def make_store(tmp_path: Path, formats: Formats) -> Callable[..., Store]:
    """Makes stores with the options of the settings; their default base is ``storage``."""

    def make(formats: Formats = formats, **options: Any) -> Store:
        context = PluginContext(tmp_path, tmp_path / "storage", formats)
        return Store(filesystem_io_manager(context, **options))

    return make


@pytest.fixture
def store(make_store: Callable[..., Store]) -> Store:
    """A store with the default options."""
    return make_store()


@pytest.fixture
def files(tmp_path: Path) -> Callable[[], list[str]]:
    """Lists every file under the default base."""
    base = tmp_path / "storage"
    return lambda: sorted(str(path.relative_to(base)) for path in base.rglob("*") if path.is_file())
