"""What a dbt project says of itself: its manifest, as ``dbt parse`` writes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from holdfast.errors import InvalidDefinitionError

__all__ = ["Manifest", "Node", "read_manifest"]

_SCHEMA = "https://schemas.getdbt.com/dbt/manifest/v12.json"
_MADE = frozenset({"model", "seed", "snapshot"})


@attrs.frozen
class Node:
    """A model, seed, snapshot or source of the manifest.

    Attributes:
        data: what the manifest says of it.
    """

    data: Mapping[str, Any] = attrs.field(repr=False)

    @property
    def unique_id(self) -> str:
        """What dbt calls it, such as ``model.shop.orders``."""
        return str(self.data["unique_id"])

    @property
    def is_ephemeral(self) -> bool:
        """Whether it is a part of others' queries alone, and nothing in the database."""
        return self.config.get("materialized") == "ephemeral"

    @property
    def config(self) -> Mapping[str, Any]:
        """Its config, rendered."""
        return self.data.get("config") or {}

    @property
    def meta(self) -> Mapping[str, Any]:
        """What its ``meta`` says under ``holdfast``.

        Raises:
            InvalidDefinitionError: that is no mapping.
        """
        meta = {**(self.data.get("meta") or {}), **(self.config.get("meta") or {})}
        found = meta.get("holdfast") or {}
        if not isinstance(found, Mapping):
            raise InvalidDefinitionError(f"{self}: meta.holdfast is a mapping, not {found!r}.")
        return found

    @property
    def selector(self) -> str:
        """What selects it, and it alone, on dbt's command line."""
        # A name of the first kind is a prefix too: of what is in a folder called as the model is.
        name = ".".join(self.data["fqn"])
        return f"fqn:{name},file:{Path(self.data['original_file_path']).name}"

    def __str__(self) -> str:
        return f"dbt's {self.unique_id} ({self.data.get('original_file_path')})"


@attrs.frozen
class Manifest:
    """The manifest of a dbt project.

    Attributes:
        file: where it was read.
        data: what is in it.
    """

    file: Path
    data: Mapping[str, Any] = attrs.field(repr=False)

    @property
    def project_name(self) -> str:
        """The name of the project."""
        return str(self.data["metadata"].get("project_name") or "project")

    def made(self) -> Iterator[Node]:
        """Yield the models, seeds and snapshots that are kept in the database; dbt lists no disabled ones."""
        for data in self.data["nodes"].values():
            node = Node(data)
            if data["resource_type"] in _MADE and not node.is_ephemeral:
                yield node

    def sources(self) -> Iterator[Node]:
        """Yield the sources."""
        yield from map(Node, self.data["sources"].values())

    def upstream(self, node: Node) -> frozenset[str]:
        """Return the unique ids of what a node reads: through ephemeral models, to what is kept."""
        found: set[str] = set()
        seen: set[str] = set()
        pending = [node]
        while pending:
            for unique_id in self._depends_on(pending.pop(), "nodes"):
                if unique_id in seen:
                    continue
                seen.add(unique_id)
                above = self.data["nodes"].get(unique_id)
                if unique_id in self.data["sources"]:
                    found.add(unique_id)
                elif above is not None and above["resource_type"] in _MADE:
                    if Node(above).is_ephemeral:
                        pending.append(Node(above))
                    else:
                        found.add(unique_id)
        return frozenset(found)

    def fingerprint(self, unique_id: str) -> str:
        """Return a digest of the code of a node.

        Its file counts, and the project's macros and the ephemeral models that are in it.

        Args:
            unique_id: the node; one that is not there has a digest of its own.
        """
        reached: dict[str, list[Any]] = {}
        pending = [unique_id]
        while pending:
            name = pending.pop()
            data = self.data["nodes"].get(name) or self.data["macros"].get(name)
            if data is None or name in reached:
                continue
            node = Node(data)
            reached[name] = [data.get("checksum"), data.get("macro_sql"), node.config.get("materialized")]
            pending += [each for each in self._depends_on(node, "macros") if not self._is_built_in(each)]
            pending += [each for each in self._depends_on(node, "nodes") if self._is_ephemeral(each)]
        return hashlib.sha256(json.dumps(reached, sort_keys=True).encode()).hexdigest()

    def _is_ephemeral(self, unique_id: str) -> bool:
        return unique_id in self.data["nodes"] and Node(self.data["nodes"][unique_id]).is_ephemeral

    def _is_built_in(self, macro: str) -> bool:
        # A new version of dbt is no change of the project.
        adapter = self.data["metadata"].get("adapter_type")
        return macro.split(".")[1:2] in (["dbt"], [f"dbt_{adapter}"])

    def _depends_on(self, node: Node, kind: str) -> list[str]:
        return list((node.data.get("depends_on") or {}).get(kind) or ())


def read_manifest(file: Path) -> Manifest:
    """Return the manifest in a file.

    Raises:
        InvalidDefinitionError: there is none, or none of the version that is known here; with what to do.
    """
    fix = "Run 'dbt parse' in the project, with dbt 1.10 or 1.11."
    try:
        data: Any = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise InvalidDefinitionError(f"There is no manifest of a dbt project at {file}. {fix}") from None
    except OSError as error:
        raise InvalidDefinitionError(f"The manifest {file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise InvalidDefinitionError(f"{file} is no manifest of a dbt project: {error}. {fix}") from error
    said = data.get("metadata") if isinstance(data, dict) else None
    version = said.get("dbt_schema_version") if isinstance(said, dict) else None
    if version != _SCHEMA:
        raise InvalidDefinitionError(
            f"{file} is no manifest of the version v12 ({_SCHEMA}): its metadata.dbt_schema_version is "
            f"{version!r}. {fix}"
        )
    for part in ("nodes", "sources", "macros"):
        if not isinstance(data.get(part), dict):
            raise InvalidDefinitionError(f"{file} is no whole manifest: it has no '{part}'. {fix}")
    return Manifest(file, data)
