"""Which asset a node of a dbt project is: its key, its group and the names of its inputs and outputs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from holdfast.errors import InvalidDefinitionError, did_you_mean
from holdfast.keys import AssetKey
from holdfast_dbt.manifest import Node

__all__ = ["RULES", "checked_meta", "group_of", "key_of", "names_of"]

RULES = ("name", "relation")
"""How keys are made where a node does not name its own."""

_DEFAULT_SCHEMAS = ("main", "public")  # in which the IO managers 'duckdb' and 'sql' keep keys of one part


def key_of(node: Node, rule: str, prefix: Sequence[str] = ()) -> AssetKey:
    """Return the asset that a node is.

    Args:
        node: the node.
        rule: one of `RULES`.
        prefix: goes before the keys of what the project makes, where a node does not name its own.

    Raises:
        InvalidDefinitionError: the key that it names is none.
    """
    given = node.meta.get("asset_key")
    if given is not None:
        parts = [given] if isinstance(given, str) else given
        if not isinstance(parts, list) or not parts or not all(isinstance(part, str) for part in parts):
            raise InvalidDefinitionError(
                f"{node}: meta.holdfast.asset_key is a string or a list of strings, not {given!r}."
            )
        return AssetKey(parts)
    data = node.data
    is_source = data["resource_type"] == "source"
    if rule == "relation":
        name = data["identifier"] if is_source else data.get("alias") or data["name"]
        schema = data.get("schema")
        own = [name] if schema is None or schema in _DEFAULT_SCHEMAS else [schema, name]
    elif is_source:
        own = [data["source_name"], data["name"]]
    else:
        version = data.get("version")
        own = [data["name"] if version is None else f"{data['name']}_v{version}"]
    return AssetKey(own if is_source else [*prefix, *own])


def checked_meta(node: Node, known: Collection[str]) -> Mapping[str, Any]:
    """Return what a node's ``meta`` says under ``holdfast``.

    Raises:
        InvalidDefinitionError: it says what is not known.
    """
    for name in node.meta:
        if name not in known:
            raise InvalidDefinitionError(f"{node}: meta.holdfast has no {name!r}.{did_you_mean(name, known)}")
    return node.meta


def group_of(node: Node) -> str | None:
    """Return the group of a node: dbt's own, else the folders it is in; ``None`` where it has neither."""
    group = node.data.get("group") or "_".join(node.data["fqn"][1:-1])
    if node.data.get("version") is not None and not node.data.get("group"):
        group = "_".join(node.data["fqn"][1:-2])  # the name and the version of a model that has several
    return re.sub(r"\W", "_", group, flags=re.ASCII) or None


def names_of(nodes: Iterable[Node]) -> dict[str, str]:
    """Return a name for the input or output that each node is, by unique id; no two have the same."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for node in nodes:
        name = re.sub(r"\W", "_", node.unique_id, flags=re.ASCII)
        while name in taken:
            name += "_"
        taken.add(name)
        names[node.unique_id] = name
    return names
