"""Values as JSON files."""

import json
import os
from pathlib import Path
from typing import Any

from holdfast.errors import StepOutputNotFoundError, StorageError
from holdfast.interfaces import IOManager
from holdfast.io_contexts import InputContext, OutputContext
from holdfast.key_paths import encode_part
from holdfast.provisions import PluginContext


class AtticIOManager(IOManager):
    """Keeps the value of each asset in a JSON file.

    Args:
        context: where the repository is.
        directory: where the files go, relative to the repository.
        indent: how many spaces to indent by.
    """

    def __init__(
        self,
        context: PluginContext,
        *,
        directory: str = "attic",
        indent: int = 2,
    ) -> None:
        self.directory = context.directory / directory
        self.indent = indent

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        """Store a value, or each partition of it by itself."""
        return context.store_each(obj, self._store)

    def load_input(self, context: InputContext) -> Any:
        """Load a value, or a mapping by partition key."""
        return context.load_each(self._load)

    def _store(self, context: OutputContext, obj: Any) -> dict[str, Any]:
        path = self._path(context)
        try:
            text = json.dumps(obj, indent=self.indent)
            if json.loads(text) != obj:
                raise ValueError("JSON would change it")
        except (TypeError, ValueError) as error:
            what = self._title(context)
            raise StorageError(f"{what} cannot be stored as JSON: {error}") from error
        # The whole text first, then the name: no reader sees half of it, whenever
        # this process is killed.
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
        return {"path": path}

    def _load(self, context: InputContext) -> Any:
        path = self._path(context)
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise StepOutputNotFoundError(self._title(context), str(path)) from None
        return json.loads(text)

    def _path(self, context: InputContext | OutputContext) -> Path:
        # Any string may be part of a key, also "..": encode_part makes it a file name.
        if context.has_asset_key:
            parts = [encode_part(part) for part in context.asset_key.path]
        else:  # a value inside a graph of computations
            run, *rest = map(encode_part, context.get_identifier())
            parts = [f"run={run}", *rest]
        if context.has_asset_partitions:
            parts.append(f"partition={encode_part(context.asset_partition_key)}")
        return self.directory.joinpath(*parts).with_suffix(".json")

    def _title(self, context: InputContext | OutputContext) -> str:
        if not context.has_asset_key:
            return f"Output {context.get_identifier()}"
        title = f"Asset '{context.asset_key}'"
        if context.has_asset_partitions:
            title += f", partition '{context.asset_partition_key}',"
        return title
