"""IO manager that keeps values as JSON files."""

from collections.abc import Iterator

from holdfast.hookspecs import hookimpl
from holdfast.provisions import IOManagerPlugin

TYPES = ("NoneType", "bool", "int", "float", "str", "list", "dict")


@hookimpl
def holdfast_io_managers() -> Iterator[IOManagerPlugin]:
    """Provide the IO manager ``attic``."""
    yield IOManagerPlugin(
        name="attic",
        factory="holdfast_attic.io:AtticIOManager",
        summary="values as JSON files in a directory",
        types=tuple(f"builtins.{name}" for name in TYPES),
        claims=("partitions", "persistent", "processes"),
    )
