"""The IO managers that the asset API brings, of which that of files comes from a plugin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import importlib_metadata
import pytest

from holdfast import (
    Instance,
    InvalidConfigError,
    InvariantViolationError,
    IOManagerDefinition,
    UnknownProvisionError,
    asset,
    build_init_resource_context,
    build_input_context,
    build_output_context,
    fs_io_manager,
    materialize,
    mem_io_manager,
)


@asset(key_prefix="shop")
def orders() -> list[int]:
    return [1, 2]


def files(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*") if path.is_file()
    )


def test_it_is_a_definition() -> None:
    """Both are, and configured copies of them."""
    assert isinstance(fs_io_manager, IOManagerDefinition)
    assert isinstance(mem_io_manager, IOManagerDefinition)
    assert isinstance(fs_io_manager.configured({"base_dir": "x"}), IOManagerDefinition)


def test_a_configured_copy_stores_below_its_directory(tmp_path: Path) -> None:
    """At the parts of the key."""
    resources = {"io_manager": fs_io_manager.configured({"base_dir": str(tmp_path)})}
    assert materialize([orders], resources=resources).asset_value(["shop", "orders"]) == [1, 2]
    assert files(tmp_path) == ["shop/orders"]


def test_the_run_config_says_where(tmp_path: Path) -> None:
    """As for every resource with config; a variable may hold the directory."""
    config = {"resources": {"io_manager": {"config": {"base_dir": str(tmp_path)}}}}
    materialize([orders], resources={"io_manager": fs_io_manager}, run_config=config)
    assert files(tmp_path) == ["shop/orders"]


def test_a_variable_may_hold_the_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read when the run starts."""
    monkeypatch.setenv("SHOP_FILES", str(tmp_path))
    files_of = fs_io_manager.configured({"base_dir": {"env": "SHOP_FILES"}})
    materialize([orders], resources={"io_manager": files_of})
    assert files(tmp_path) == ["shop/orders"]


def test_without_a_directory_it_stores_in_the_instance(tmp_path: Path) -> None:
    """Where the default manager does."""
    instance = Instance.get(tmp_path)
    materialize([orders], instance=instance, resources={"io_manager": fs_io_manager})
    assert "shop/orders" in files(Path(instance.settings.storage))


def test_wrong_config() -> None:
    """The message names the nearest entry."""
    with pytest.raises(InvalidConfigError, match=r"base_dr.*'base_dir'"):
        materialize([orders], resources={"io_manager": fs_io_manager.configured({"base_dr": "x"})})


def test_it_can_be_called_in_a_test(tmp_path: Path) -> None:
    """With a context, whose instance finds the plugin."""
    manager: Any = fs_io_manager(build_init_resource_context(config={"base_dir": str(tmp_path)}))
    manager.handle_output(build_output_context(asset_key="a"), 5)
    assert manager.load_input(build_input_context(asset_key="a")) == 5
    with pytest.raises(InvariantViolationError, match="build_init_resource_context"):
        fs_io_manager(None)


def test_without_its_plugin_it_says_what_to_do() -> None:
    """Why the plugin cannot be used, where it is installed."""
    context = build_init_resource_context(instance=Instance.get(disabled=["filesystem"]))
    with pytest.raises(UnknownProvisionError, match="'filesystem' is inactive"):
        fs_io_manager(context)


def test_where_its_plugin_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line that installs it."""
    others = [each for each in importlib_metadata.distributions() if "filesystem" not in each.name]
    monkeypatch.setattr(importlib_metadata, "distributions", lambda: others)
    with pytest.raises(UnknownProvisionError, match="pip install holdfast-filesystem"):
        fs_io_manager(build_init_resource_context())


def test_what_is_kept_in_memory() -> None:
    """A manager of its own for each call."""
    first, second = mem_io_manager(), mem_io_manager()
    first.handle_output(build_output_context(asset_key="a"), 5)
    assert first.load_input(build_input_context(asset_key="a")) == 5
    assert first is not second
