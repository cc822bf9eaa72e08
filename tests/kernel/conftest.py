"""What several tests of the kernel use."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast import build_resources, resource

InstallPlugin = Callable[..., Path]


@pytest.fixture
def install_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InstallPlugin]:
    """Install a plugin as strangers do: a module on the path, and a distribution's metadata beside it.

    The source of its module and the name of the plugin are enough; the module is then called
    ``stranger_NAME`` and the distribution ``holdfast-NAME``.
    """
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(site)

    def install(
        name: str,
        source: str = "",
        *,
        distribution: str | None = None,
        version: str = "1.0",
        module: str | None = None,
        group: str = "holdfast.v1",
        requirements: tuple[str, ...] = (),
    ) -> Path:
        distribution = distribution or f"holdfast-{name}"
        module = module or f"stranger_{name}"
        file = site / f"{module}.py"
        header = "from holdfast.hookspecs import hookimpl\nfrom holdfast.provisions import *\n"
        file.write_text(header + textwrap.dedent(source), encoding="utf-8")
        metadata = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
        metadata.mkdir()
        lines = ["Metadata-Version: 2.1", f"Name: {distribution}", f"Version: {version}"]
        lines += [f"Requires-Dist: {requirement}" for requirement in requirements]
        (metadata / "METADATA").write_text("\n".join(lines) + "\n")
        (metadata / "entry_points.txt").write_text(f"[{group}]\n{name} = {module}\n")
        return file

    yield install
    for loaded in [loaded for loaded in sys.modules if loaded.startswith("stranger_")]:
        del sys.modules[loaded]


@pytest.fixture
def processed() -> Callable[..., Any]:
    """Return the config that a resource gets by its schema, for the config it is given, if any is."""

    def process(schema: Any, *config: Any) -> Any:
        taker = resource(config_schema=schema)(lambda context: context.resource_config)
        given = {"r": {"config": config[0]}} if config else {}
        with build_resources({"r": taker}, resource_config=given) as resources:
            return resources.r

    return process
