"""Clauses of IO managers: keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from holdfast.conformance.clauses import clause, require
from holdfast.conformance.io.bench import IOBench
from holdfast.conformance.values import same

__all__ = ["ALIKE", "EXTREME", "HOSTILE"]

ALIKE: Sequence[list[str]] = [["a"], ["a", "b"], ["a/b"], ["a.b"], ["a_b"], ["a__b"], ["ab"], ["a", "b", "c"]]
ALIKE = [*ALIKE, ["a", "b/c"], ["a%2Fb"], ["a", "partition=b"], ["a.pickle"], ["a~"], ["a "], ["b", "a"]]
"""Keys whose text reads alike when their parts are joined, quoted or cut."""

HOSTILE: Sequence[str] = ["..", ".", "/etc/passwd", "../../outside", "a\\b", "C:\\x", "~", "con", "NUL", "%_"]
HOSTILE = [
    *HOSTILE,
    "%2E",
    ".hidden",
    "-rf",
    " ",
    "new\nline",
    "é",
    "e\u0301",
    "日本語",
    '"quoted"',
    "*",
    "?",
]
HOSTILE = [
    *HOSTILE,
    "'; DROP TABLE a; --",
    "run=x",
    "SELECT",
    "x" * 100,
    "100",
    "a" * 63,
    "a" * 64,
    "none",
    "\t",
]
"""Parts that some place would take for more than a name."""

EXTREME: Sequence[str] = ["", "nul\0byte", "\ud800", "x" * 300, "x" * 299 + "y", "😀" * 100, "." * 300]
"""Parts that a place may have no room for."""


@clause("IO-10")
def keys_are_apart(bench: IOBench) -> None:
    """Assets whose keys read alike are kept apart: `a/b` of one part is not `b` below `a`.

    Encode each part of a key by itself (`holdfast.key_paths.encode_part`), and join the encoded parts with
    what no encoded part holds. Keys that differ in the case of letters alone are tried where the file system
    of the directory tells them apart.
    """
    one, two = bench.samples()
    keys = ALIKE if _ignores_case(bench.directory.parent) else [*ALIKE, ["A"], ["a", "B"]]
    for key in keys:
        bench.put(key, one)
    for key in keys:
        bench.put(key, two)
        for other in keys:
            bench.expect(other, two if other == key else one)
        bench.put(key, one)


def _ignores_case(directory: Path) -> bool:
    probe = directory / "case"
    probe.touch()
    try:
        return (directory / "CASE").exists()
    finally:
        probe.unlink()


@clause("IO-11")
def hostile_keys(bench: IOBench) -> None:
    """Any text may be part of a key: it is kept beside all others, and loaded again.

    Names that are too long, hold half a character or nothing at all may be refused by a StorageError.
    """
    one, two = bench.samples()
    kept = []
    for number, part in enumerate([*HOSTILE, *EXTREME]):
        with bench.refused(f"Storing an asset with {part!r:.40} in its key") as refusal:
            bench.put([part], one if number % 2 else two)
            bench.put(["x", part, "y"], two if number % 2 else one)
            kept.append((number, part))
        require(part in EXTREME or not refusal, f"The key part {part!r} is refused.")
    for number, part in kept:
        bench.expect([part], one if number % 2 else two)
        bench.expect(["x", part, "y"], two if number % 2 else one)


@clause("IO-12")
def no_key_leaves_its_place(bench: IOBench) -> None:
    """Whatever the key, nothing is written outside of the manager's place, and nothing there is read.

    A part such as `..` is a name, and no way to another directory.
    """
    outside = bench.directory.parent
    secret = outside / "outside"
    secret.write_bytes(b"not for you")
    before = sorted(outside.iterdir())
    (value,) = bench.samples(1)
    for part in ("..", "../outside", "../../outside", str(secret), "/outside"):
        for key in ([part], ["a", part], ["..", "..", part], ["..", "outside"]):
            with bench.refused(f"Storing {key!r}"):
                bench.put(key, value)
                bench.expect(key, value)
    added = [path.name for path in outside.iterdir() if path not in before]
    require(not added, f"Storing created {', '.join(added)} outside of the manager's directory.")
    require(secret.read_bytes() == b"not for you", "Storing overwrote a file outside of its directory.")


@clause("IO-13")
def missing_value(bench: IOBench) -> None:
    """Loading what was never stored raises StepOutputNotFoundError, which names the asset.

    Raise StepOutputNotFoundError, never a default; also in a place where nothing was ever stored, and beside
    values with longer and shorter keys.
    """
    error = bench.expect_missing(["lake", "orders"])
    require("orders" in str(error), f"The error does not name the asset: {error}")
    (value,) = bench.samples(1)
    bench.put(["lake", "orders", "daily"], value)
    bench.put(["lake"], value)
    for key in (["lake", "orders"], ["lake", "orders", "daily", "more"], ["orders"]):
        bench.expect_missing(key)


@clause("IO-14")
def loading_changes_nothing(bench: IOBench) -> None:
    """Loading, of what is there and of what is not, leaves the store as it is.

    Keep what is noted of loads elsewhere: whoever reads may not be allowed to write.
    """
    one, _ = bench.samples()
    bench.put("a", one)
    before = bench.contents()
    for _ in range(3):
        require(same(bench.get("a"), one), "A value that is loaded a second time is another.")
        bench.expect_missing("b")
    require(bench.contents() == before, f"Loading added or removed something: {bench.contents()}")
