"""Which modules are not installed, and the command that would install them."""

from __future__ import annotations

import importlib.util
import re
import sys
from importlib.machinery import PathFinder

import importlib_metadata

__all__ = ["install_command", "is_installed"]

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")


def is_installed(module: str) -> bool:
    """Return whether a module could be imported, without importing it or its parents."""
    if sys.modules.get(module) is not None:
        return True
    name, *rest = module.split(".")
    try:
        spec = importlib.util.find_spec(name)
    except ValueError:  # raised for a loaded module without a spec, such as __main__; it has none inside
        return False
    for part in rest:
        if spec is None or spec.submodule_search_locations is None:
            return False
        name = f"{name}.{part}"
        spec = PathFinder.find_spec(name, spec.submodule_search_locations)
    return spec is not None


def install_command(module: str, distribution: str) -> str:
    """Return the pip line that installs a module which a distribution needs.

    Args:
        module: the missing module.
        distribution: the distribution of the plugin that needs it. Where one of its requirements is named
            like the module, installing it again, with the extra that asks for it, is the answer.
    """
    top = _normalized(module.partition(".")[0])
    try:
        requirements = importlib_metadata.requires(distribution) or []
    except importlib_metadata.PackageNotFoundError:
        requirements = []
    for requirement in requirements:
        name = _REQUIREMENT.match(requirement)
        if name is not None and _normalized(name[1]) == top:
            extra = _EXTRA.search(requirement)
            return f'pip install "{distribution}[{extra[1]}]"' if extra else f"pip install {distribution}"
    return f"pip install {top}"


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
