"""The reference under the names that Holdfast has."""

from __future__ import annotations

import importlib
from typing import Any

from differential.answers import PREFIX

__all__ = ["Reference"]

RENAMED = {"Instance": f"{PREFIX}Instance"}


class Reference:
    """The reference as an API like `holdfast`: what is renamed there is found under our name."""

    def __init__(self, module: str) -> None:
        self._module = importlib.import_module(module)

    def __getattr__(self, name: str) -> Any:
        if name in RENAMED:
            return getattr(self._module, RENAMED[name])
        if not hasattr(self._module, name):
            return getattr(self._module, PREFIX + name)
        return getattr(self._module, name)
