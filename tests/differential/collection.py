"""Find the programs and run them."""

from __future__ import annotations

import importlib
import inspect
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from differential.answers import error_names, plain

__all__ = ["answer", "programs"]

Program = Callable[[Any], Any]


def programs() -> dict[str, Program]:
    """Return every program by name: its module's and its own."""
    found = {}
    for path in sorted((Path(__file__).parent / "programs").glob("[a-z]*.py")):
        module = importlib.import_module(f"differential.programs.{path.stem}")
        for name, value in vars(module).items():
            if inspect.isfunction(value) and value.__module__ == module.__name__ and name[0] != "_":
                found[f"{path.stem}.{name}"] = value
    return found


def answer(program: Program, api: Any) -> Any:
    """Return what a program answers, as data that JSON keeps."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            given = program(api)
        except Exception as raised:
            given = {"raised": {"error": error_names(raised)}}
    return json.loads(json.dumps(plain(given)))
