"""Record what the reference answers: ``python tests/differential/record.py PYTHON``.

PYTHON is the interpreter of an environment that has the reference, version 1.1.3, and nothing of ours. All
programs run there twice, in a process each, and so are all cases about partitions asked; only when both
answers agree is a record written.
"""

from __future__ import annotations

import builtins
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RECORDS = {"differential": "answers.json", "differential.partition_answers": "partition_answers.json"}
REFERENCE = "dagster"
ERRORS = {
    "ConfigMappingFunctionError",
    "Error",
    "ExecutionInterruptedError",
    "ExecutionStepExecutionError",
    "Failure",
    "InvalidConfigDefinitionError",
    "InvalidConfigError",
    "InvalidDefinitionError",
    "InvalidInvocationError",
    "InvalidSubsetError",
    "InvariantViolationError",
    "ResourceFunctionError",
    "RetryRequested",
    "RunNotFoundError",
    "StepOutputNotFoundError",
    "SubprocessError",
    "TypeCheckDidNotPass",
    "TypeCheckError",
    "UnknownPartitionError",
    "UnknownResourceError",
    "UnmetExecutorRequirementsError",
    "UserCodeExecutionError",
}


def answers(python: str, module: str) -> dict[str, Any]:
    """Return what every program or case answers in another interpreter."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent), f"{REFERENCE.upper()}_HOME": home}
        command = [python, "-m", module, REFERENCE]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=home, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def first_names(answer: Any) -> Any:
    """Return an answer that keeps of each error only the most special type that users can name."""
    if isinstance(answer, dict):
        if set(answer) == {"error"}:
            known = (name for name in answer["error"] if name in ERRORS or hasattr(builtins, name))
            return {"error": next(known, "Error")}
        return {key: first_names(value) for key, value in answer.items()}
    return [first_names(item) for item in answer] if isinstance(answer, list) else answer


def main(python: str) -> None:
    """Write the records, unless two runs disagree."""
    for module, file in RECORDS.items():
        first, second = answers(python, module), answers(python, module)
        unstable = sorted(name for name in first if first[name] != second.get(name))
        if unstable:
            raise SystemExit(f"Not the same twice: {', '.join(unstable)}")
        found = [(name, first_names(answer)) for name, answer in sorted(first.items())]
        lines = [f"{json.dumps(name)}: {json.dumps(answer, sort_keys=True)}" for name, answer in found]
        (HERE / file).write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
        print(f"{len(lines)} answers recorded in {file}")


if __name__ == "__main__":
    main(sys.argv[1])
