"""Run config from a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from holdfast.errors import SettingsError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["read_config"]

_READERS: Mapping[str, Callable[[str], Any]] = {".json": json.loads, ".toml": tomllib.loads}


def read_config(name: str) -> Mapping[str, Any]:
    """Return the run config in a JSON or TOML file.

    Raises:
        SettingsError: the file cannot be read, or holds something else.
    """
    path = Path(name)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise SettingsError(name, "", "Run config is a .json or .toml file.")
    try:
        config = reader(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(name, "", f"The file cannot be read: {error.strerror}.") from error
    except ValueError as error:  # what both parsers raise, and text that is not UTF-8
        raise SettingsError(name, "", f"This is not {path.suffix[1:].upper()}: {error}.") from error
    if not isinstance(config, Mapping):
        raise SettingsError(name, "", f"Run config is a mapping of sections, not {config!r}.")
    return config
