"""Each parameter of the documented asset API has a test that fails when the parameter counts for nothing.

`tested_parameters.json` names that test, as ``module::function``, for each parameter and each parameter of a
method. What the signatures are is in `tests/style/signatures.json`.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TESTED: dict[str, str] = json.loads((HERE / "tested_parameters.json").read_text("utf-8"))
SIGNATURES = json.loads((HERE.parent / "style" / "signatures.json").read_text("utf-8"))["names"]

DOCUMENTED = [
    "AssetIn",
    "AssetKey",
    "AssetOut",
    "AssetSelection",
    "AssetValueLoader",
    "AssetsDefinition",
    "ConfigMapping",
    "DagsterType",
    "ExecutorDefinition",
    "FreshnessPolicy",
    "GraphDefinition",
    "IOManager",
    "IOManagerDefinition",
    "JobDefinition",
    "OpDefinition",
    "PartitionMapping",
    "PartitionsDefinition",
    "ResourceDefinition",
    "RetryPolicy",
    "SourceAsset",
    "asset",
    "define_asset_job",
    "load_assets_from_current_module",
    "load_assets_from_modules",
    "load_assets_from_package_module",
    "load_assets_from_package_name",
    "multi_asset",
    "repository",
    "with_resources",
]

INHERITED = {
    f"IOManagerDefinition.{maker}.{parameter}": f"ResourceDefinition.{maker}.{parameter}"
    for maker in ("hardcoded_resource", "mock_resource", "none_resource", "string_resource")
    for parameter in ("value", "description")
}
"""Parameters of methods that a class has from another, where they are tested."""


def parameters() -> Iterator[str]:
    """Yield every documented parameter, with the callable it belongs to."""
    for name in DOCUMENTED:
        facts = SIGNATURES[name]
        for kind in ("positional", "keyword"):
            yield from (f"{name}.{parameter.removesuffix('?')}" for parameter in facts.get(kind, ()))
        for kind in ("methods", "static"):
            for method, names in facts.get(kind, {}).items():
                yield from (f"{name}.{method}.{parameter}" for parameter in names)


def test_every_parameter_is_listed() -> None:
    """A parameter without a test is one that nobody would miss."""
    wanted = {INHERITED.get(parameter, parameter) for parameter in parameters()}
    assert sorted(wanted ^ TESTED.keys()) == []


@pytest.mark.parametrize("module", sorted({test.partition("::")[0] for test in TESTED.values()}))
def test_the_tests_are_there(module: str) -> None:
    """Each test that is named can be found under its name."""
    tree = ast.parse((HERE / f"{module}.py").read_text("utf-8"))
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    named = {test.partition("::")[2] for test in TESTED.values() if test.startswith(f"{module}::")}
    assert named - functions == set()
