"""How the loader is tried: with a manifest that is written here, so that it needs no dbt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from holdfast.conformance.trials import LoaderTrial

__all__ = ["project"]


def project(directory: Path) -> LoaderTrial:
    """Return the trial of the loader ``dbt``."""
    nodes = [
        _node("seed", "prices"),
        _node("model", "sales", ["source.stall.till.sales"]),
        _node("model", "priced", ["model.stall.sales", "seed.stall.prices"], "ephemeral"),
        _node("model", "revenue", ["model.stall.priced"]),
        _node("snapshot", "history", ["seed.stall.prices"]),
    ]
    source = {**_node("source", "till.sales"), "source_name": "till", "name": "sales", "identifier": "sales"}
    manifest = {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
            "project_name": "stall",
        },
        "nodes": {node["unique_id"]: node for node in nodes},
        "sources": {source["unique_id"]: source},
        "macros": {},
    }
    file = directory / "stall" / "target" / "manifest.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(manifest), encoding="utf-8")
    return LoaderTrial(
        use="dbt",
        options={"project_dir": "stall"},
        keys=["history", "prices", "revenue", "sales", "till/sales"],
        wrong_options={"project_dir": "stall", "manifest": "no_such_manifest.json"},
    )


def _node(kind: str, name: str, reads: Sequence[str] = (), materialized: str = "table") -> dict[str, Any]:
    return {
        "unique_id": f"{kind}.stall.{name}",
        "resource_type": kind,
        "name": name,
        "fqn": ["stall", name],
        "original_file_path": f"{kind}s/{name}.sql",
        "config": {"materialized": materialized},
        "depends_on": {"nodes": list(reads)},
    }
