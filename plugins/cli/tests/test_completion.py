"""``holdfast completion``: scripts that shells can load."""

from __future__ import annotations

import shutil
import subprocess

import pytest

COMPLETE = """
source /dev/stdin
COMP_WORDS=({words}) COMP_CWORD={at} COMP_LINE="{words}" COMP_POINT=100
_shtab_holdfast
echo "${{COMPREPLY[@]}}"
"""


def completions(script, *words):
    shell = COMPLETE.format(words=" ".join(words), at=len(words) - 1)
    done = subprocess.run(["bash", "-c", shell], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def test_bash_completes_commands_and_options(holdfast):
    """bash loads the script, which knows subcommands, their actions and their options."""
    script = "\n".join(holdfast.lines("completion", "bash"))
    assert completions(script, "holdfast", "mat") == ["materialize"]
    assert completions(script, "holdfast", "runs", "sh") == ["show"]
    assert completions(script, "holdfast", "materialize", "--ex") == ["--executor"]


def test_zsh_loads_the_script(holdfast):
    """zsh finds no fault with its script."""
    script = "\n".join(holdfast.lines("completion", "zsh"))
    assert script.startswith("#compdef holdfast")
    zsh = shutil.which("zsh")
    if zsh is None:
        pytest.skip("zsh is not installed")
    assert subprocess.run([zsh, "-n"], input=script, text=True, check=False).returncode == 0
