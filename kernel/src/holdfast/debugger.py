"""Python's debugger for code that may run in a worker process."""

from __future__ import annotations

import sys
from pathlib import Path
from pdb import Pdb
from typing import Any

__all__ = ["WorkerPdb"]


class WorkerPdb(Pdb):
    """Python's debugger, which reads from the terminal also where standard input is not connected to it."""

    def interaction(self, *args: Any, **kwargs: Any) -> None:
        """Talk to the user, in a worker process too, whose own standard input is empty."""
        usual = sys.stdin
        try:
            with Path("/dev/stdin").open() as terminal:
                sys.stdin = terminal
                super().interaction(*args, **kwargs)
        except OSError:  # there is no such file on this system, or it is closed
            super().interaction(*args, **kwargs)
        finally:
            sys.stdin = usual
