"""Record the reference on partitions: ``python tests/differential/record_partitions.py PYTHON``.

PYTHON is the interpreter of an environment that has the reference, version 1.1.3, and nothing of ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
RECORD = HERE / "partition_answers.json"


def main(python: str) -> None:
    """Write the record: each case as JSON text, with its answer."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    command = [python, "-m", "differential.partition_cases", "dagster"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    lines = [f"{json.dumps(case)}: {json.dumps(answer)}" for case, answer in json.loads(done.stdout).items()]
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    print(f"{len(lines)} cases recorded")


if __name__ == "__main__":
    main(sys.argv[1])
