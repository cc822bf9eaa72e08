"""How the kernel's own loaders are tried."""

from __future__ import annotations

from pathlib import Path

from holdfast.conformance.trials import LoaderTrial

__all__ = ["module", "package"]

_SAMPLE = "holdfast.conformance.loaders.sample"
_WRONG = {"name": "holdfast_no_such_module"}


def module(directory: Path) -> LoaderTrial:
    """Return the trial of the loader ``module``."""
    keys = ["orders", "rates", "revenue"]
    return LoaderTrial(use="module", options={"name": _SAMPLE}, keys=keys, wrong_options=_WRONG)


def package(directory: Path) -> LoaderTrial:
    """Return the trial of the loader ``package``."""
    keys = ["orders", "rates", "report", "revenue"]
    return LoaderTrial(use="package", options={"name": _SAMPLE}, keys=keys, wrong_options=_WRONG)
