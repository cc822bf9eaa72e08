"""The loader: the models, seeds and snapshots of a dbt project as assets."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.in_out import In, Nothing, Out
from holdfast.definitions.op import OpDefinition
from holdfast.definitions.resource import IOManagerDefinition
from holdfast.definitions.source_asset import SourceAsset
from holdfast.errors import InvalidDefinitionError, SettingsError, did_you_mean
from holdfast.keys import AssetKey, check_group_name, key_prefix_parts
from holdfast.lazy import lazy
from holdfast.metadata import MetadataValue
from holdfast.provisions import PluginContext
from holdfast_dbt.command import Dbt
from holdfast_dbt.keys import RULES, checked_meta, group_of, key_of, names_of
from holdfast_dbt.making import computation
from holdfast_dbt.manifest import Manifest, Node, read_manifest
from holdfast_dbt.tables import tables_through

__all__ = ["load_dbt_assets"]

_WHAT = "loader 'dbt'"
_OF_ASSETS = ("asset_key",)
_OF_SOURCES = ("asset_key", "made_here", "metadata", "observe_fn")


def load_dbt_assets(
    context: PluginContext | None = None,
    *,
    project_dir: str | os.PathLike[str],
    manifest: str | os.PathLike[str] = "target/manifest.json",
    profiles_dir: str | os.PathLike[str] | None = None,
    target: str | None = None,
    executable: str | None = None,
    tests: bool = True,
    keys: str = "name",
    key_prefix: str | Sequence[str] | None = None,
    group_name: str | None = None,
    io_manager_key: str | None = None,
) -> list[AssetsDefinition | SourceAsset]:
    """Return the models, seeds and snapshots of a dbt project as assets, and its sources as source assets.

    Only the manifest is read; dbt is called when assets are made.

    Args:
        context: where the repository is, in which relative paths start; the working directory when ``None``.
        project_dir: the directory with ``dbt_project.yml``.
        manifest: the manifest that ``dbt parse`` has written, relative to the project.
        profiles_dir: the directory with ``profiles.yml``; by default dbt looks for it itself.
        target: the target of the profile, the same as the manifest was written for.
        executable: the program; by default the ``dbt`` of this environment, else of the search path.
        tests: whether the tests of what is made run too.
        keys: ``"name"`` for keys such as ``orders``, and ``shop/orders`` of sources; ``"relation"`` for the
            schema and the name in the database.
        key_prefix: goes before the keys of what the project makes.
        group_name: the group of all assets; by default dbt's group, else the folders.
        io_manager_key: the IO manager that loads what dbt has made, where an asset takes it as an argument.

    Raises:
        SettingsError: an option has no valid value.
        InvalidDefinitionError: there is no manifest, or it cannot be used; two nodes have one key.
    """
    for option, value in (("target", target), ("executable", executable), ("io_manager_key", io_manager_key)):
        if value is not None and (not isinstance(value, str) or not value):
            raise SettingsError(_WHAT, option, f"is a string, not {value!r}.")
    if not isinstance(tests, bool):
        raise SettingsError(_WHAT, "tests", f"is true or false, not {tests!r}.")
    if keys not in RULES:
        raise SettingsError(_WHAT, "keys", f"is not {keys!r}.{did_you_mean(keys, RULES)}")
    start = Path.cwd() if context is None else context.directory
    folder = start / _path(project_dir, "project_dir")
    file = folder / _path(manifest, "manifest")
    profiles = None if profiles_dir is None else start / _path(profiles_dir, "profiles_dir")
    dbt = Dbt(folder, file, profiles, target, executable, tests)
    project = _Project(read_manifest(file), keys, _prefix(key_prefix), group_name, io_manager_key)
    return [*project.assets(dbt), *project.sources()]


@attrs.frozen(eq=False, slots=False, kw_only=True)
class _DbtAssets(AssetsDefinition):
    """What a project makes, which is defined there and not by the function that calls dbt."""

    project_dir: Path

    @lazy
    def place(self) -> str:
        """The file of the project."""
        return str(self.project_dir / "dbt_project.yml")


@attrs.frozen
class _Project:
    manifest: Manifest
    rule: str
    prefix: tuple[str, ...]
    group_name: str | None
    io_manager_key: str | None

    def assets(self, dbt: Dbt) -> list[AssetsDefinition]:
        """Return the one definition of all that the project makes, if it makes anything."""
        nodes = {node.unique_id: node for node in self.manifest.made()}
        if not nodes:
            return []
        sources = {node.unique_id: node for node in self.manifest.sources()}
        keys = self._keys([*nodes.values(), *sources.values()])
        names = names_of([*nodes.values(), *sources.values()])
        upstream = {unique_id: self.manifest.upstream(node) for unique_id, node in nodes.items()}
        read = {
            source: keys[source] for source in sources if any(source in each for each in upstream.values())
        }
        name = "_".join(("dbt", *self.prefix, self.manifest.project_name))
        manager_key = f"{name}_tables"
        outs = {names[unique_id]: self._out(node, manager_key) for unique_id, node in nodes.items()}
        reader = self.io_manager_key
        manager = IOManagerDefinition(
            tables_through(reader), required_resource_keys=set() if reader is None else {reader}
        )
        return [
            _DbtAssets(
                project_dir=dbt.project_dir,
                keys_by_input_name={names[source]: key for source, key in read.items()},
                keys_by_output_name={names[unique_id]: keys[unique_id] for unique_id in nodes},
                node_def=OpDefinition(
                    computation(dbt, self.manifest, {names[each]: node for each, node in nodes.items()}),
                    name,
                    ins={names[source]: In(Nothing) for source in read},
                    outs=outs,
                    description=f"dbt build of the project {self.manifest.project_name}",
                    tags={"kind": "dbt"},
                    version=self._version(nodes),
                ),
                asset_deps={keys[each]: {keys[up] for up in above} for each, above in upstream.items()},
                can_subset=True,
                resource_defs={manager_key: manager},
                group_names_by_key=self._groups(nodes, keys),
            )
        ]

    def sources(self) -> list[SourceAsset]:
        """Return the sources as source assets, but those that are assets of the repository."""
        found = []
        for node in self.manifest.sources():
            meta = checked_meta(node, _OF_SOURCES)
            if meta.get("made_here"):
                continue
            metadata = {**_described(node), **(meta.get("metadata") or {})}
            found.append(
                SourceAsset(
                    key_of(node, self.rule),
                    metadata=metadata,
                    io_manager_key=self.io_manager_key,
                    description=node.data.get("description") or None,
                    group_name=self.group_name or None,
                    observe_fn=meta.get("observe_fn"),
                    place=str(node),
                )
            )
        return found

    def _keys(self, nodes: Sequence[Node]) -> dict[str, AssetKey]:
        keys: dict[str, AssetKey] = {}
        first: dict[AssetKey, Node] = {}
        for node in nodes:
            checked_meta(node, _OF_SOURCES if node.data["resource_type"] == "source" else _OF_ASSETS)
            key = keys[node.unique_id] = key_of(node, self.rule, self.prefix)
            other = first.setdefault(key, node)
            if other is not node:
                raise InvalidDefinitionError(
                    f"Asset key '{key}' is that of two nodes: {other}, and {node}. Give one of them "
                    "another with meta.holdfast.asset_key, or set the loader's option keys to 'relation'."
                )
        return keys

    def _out(self, node: Node, manager_key: str) -> Out:
        return Out(
            description=node.data.get("description") or None,
            is_required=False,
            io_manager_key=manager_key,
            metadata=_described(node),
        )

    def _groups(self, nodes: Mapping[str, Node], keys: Mapping[str, AssetKey]) -> dict[AssetKey, str]:
        groups = {keys[each]: self.group_name or group_of(node) for each, node in nodes.items()}
        return {key: check_group_name(group) for key, group in groups.items() if group is not None}

    def _version(self, nodes: Mapping[str, Node]) -> str:
        # A computation has one version, so what is new in one model is new for all.
        codes = sorted(f"{each} {self.manifest.fingerprint(each)}" for each in nodes)
        return hashlib.sha256("\n".join(codes).encode()).hexdigest()


def _described(node: Node) -> dict[str, Any]:
    data = node.data
    said = {
        "dbt_id": node.unique_id,
        "relation": data.get("relation_name"),
        "materialized": node.config.get("materialized"),
        "file": data.get("original_file_path"),
        "tags": MetadataValue.json(list(data["tags"])) if data.get("tags") else None,
    }
    return {label: value for label, value in said.items() if value is not None}


def _path(value: Any, option: str) -> Path:
    if not isinstance(value, str | os.PathLike) or not os.fspath(value):
        raise SettingsError(_WHAT, option, f"is a path, not {value!r}.")
    return Path(value).expanduser()


def _prefix(value: Any) -> tuple[str, ...]:
    try:
        return key_prefix_parts(value)
    except InvalidDefinitionError as error:
        raise SettingsError(_WHAT, "key_prefix", str(error)) from error
