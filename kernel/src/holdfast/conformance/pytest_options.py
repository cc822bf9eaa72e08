"""The option ``--sabotage`` of pytest: each clause is run on the saboteurs that it is to find."""

from __future__ import annotations

import pytest

__all__ = ["pytest_addoption", "pytest_generate_tests"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("holdfast").addoption(
        "--sabotage",
        action="store_true",
        help="run conformance tests on plugins with a fault each, which have to be noticed",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a clause once for each saboteur that it is to find."""
    clause = getattr(metafunc.function, "clause", None)
    if clause is not None and metafunc.config.getoption("--sabotage"):
        suite = metafunc.cls.suite
        saboteurs = [saboteur for saboteur in suite.saboteurs if saboteur.kills == clause.number]
        metafunc.parametrize("saboteur", saboteurs, ids=[saboteur.__name__ for saboteur in saboteurs])
