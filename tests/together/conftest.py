"""The wheels of every distribution, and environments to install them in, for several modules of tests."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheel of every distribution, each built from its folder alone."""
    target = tmp_path_factory.mktemp("wheels")
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", target]
    found = {}
    for folder in (ROOT / "kernel", *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))):
        name = "holdfast" if folder.name == "kernel" else f"holdfast-{folder.name}"
        done = subprocess.run([*build, folder], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        (found[name],) = target.glob(f"{name.replace('-', '_')}-[0-9]*.whl")
    return found


@pytest.fixture(scope="session")
def make_environment(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Makes a new environment that holds what Holdfast depends on, and nothing of Holdfast.

    Returns its interpreter. Nothing is downloaded: what this environment holds of other projects is linked.
    """

    def make() -> Path:
        if importlib.util.find_spec("ensurepip") is None:
            pytest.skip("this Python comes without ensurepip, so it cannot make an environment with pip")
        home = tmp_path_factory.mktemp("clean")
        subprocess.run([sys.executable, "-m", "venv", home], check=True, capture_output=True)
        python = next(path for path in (home / "bin/python", home / "Scripts/python.exe") if path.exists())
        ask = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
        target = Path(subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip())
        for source in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
            for path in Path(source).iterdir():
                ours = path.name.startswith(("holdfast", "__editable__")) or path.suffix == ".pth"
                if not ours and not (target / path.name).exists():
                    (target / path.name).symlink_to(path)
        return python

    return make
