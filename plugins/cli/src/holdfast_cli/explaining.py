"""``holdfast plugins explain``: who provides a name, or serves an asset, and by whose word."""

from __future__ import annotations

from argparse import Namespace

from holdfast.errors import UnknownProvisionError
from holdfast.plugins.explanation import explain
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.looking import Looked

__all__ = ["explain_name"]


def explain_name(looked: Looked, arguments: Namespace) -> int:
    """Print what is known of a name and return the exit code.

    Raises:
        UnknownProvisionError: nothing has this name.
    """
    looked.tell_problems()
    project = looked.project
    keys = {} if project is None else {str(key): key for key in project.repository.graph}
    told = []
    if project is not None and arguments.name in keys:
        from holdfast.serving import explain_asset  # plans, which no other name needs

        told.append(explain_asset(project, keys[arguments.name]))
    try:
        told.append(explain(looked.plugins, arguments.name, keys))
    except UnknownProvisionError:
        if not told:
            raise
    print("\n\n".join(told))
    return ExitCode.OK
