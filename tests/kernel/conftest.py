"""Plugins as strangers install them: a module, and a distribution's metadata beside it."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

InstallPlugin = Callable[..., Path]


@pytest.fixture
def install_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InstallPlugin]:
    """Install a plugin into a directory on the module path, for one test.

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
