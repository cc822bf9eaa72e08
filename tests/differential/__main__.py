"""Print what every program answers: ``python -m differential holdfast`` with `tests` on the path."""

from __future__ import annotations

import importlib
import json
import sys

from differential.collection import answer, programs
from differential.reference import Reference

api = importlib.import_module("holdfast") if sys.argv[1] == "holdfast" else Reference(sys.argv[1])
only = sys.argv[2:]
found = {name: answer(program, api) for name, program in programs().items() if not only or name in only}
print(json.dumps(found, indent=1))
