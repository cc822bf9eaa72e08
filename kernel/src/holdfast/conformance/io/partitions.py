"""Clauses of IO managers: partitions."""

from __future__ import annotations

from typing import Any

from holdfast.built_contexts import build_output_context
from holdfast.conformance.clauses import Violation, clause, require
from holdfast.conformance.io.bench import IOBench
from holdfast.conformance.io.keys import EXTREME, HOSTILE
from holdfast.conformance.values import same
from holdfast.errors import Error, StepOutputNotFoundError
from holdfast.partitions.static import StaticPartitionsDefinition

__all__: list[str] = []

_KEYS = ("2024-01-01", "2024-01-02", "2024-01-03")


def _refuses(bench: IOBench, act: Any, what: str) -> bool:
    """Return whether partitions are not claimed; then they have to be refused by an error of ours."""
    if "partitions" in bench.claims:
        return False
    try:
        act()
    except Error:
        return True
    except Exception as error:
        raise Violation(
            f"Partitions are not claimed, and {what} raised {type(error).__name__}: {error}. Refuse it with "
            "an error that says so, such as by asking for context.asset_partition_key."
        ) from error
    raise Violation(
        f"Partitions are not claimed, and {what} was accepted. Raise an error where "
        "context.has_asset_partitions, or claim them."
    )


@clause("IO-27")
def one_partition(bench: IOBench) -> None:
    """The value of one partition is stored and loaded by itself, apart from every other partition.

    Make `context.asset_partition_key` part of the place. Whoever does not claim `partitions` refuses it, and
    does not store it as the whole asset.
    """
    one, two = bench.samples()
    if _refuses(bench, lambda: bench.put("a", one, _KEYS[0]), "storing one partition"):
        bench.expect_missing("a")
        return
    for key in _KEYS:
        bench.put("a", one, key)
    bench.put("a", two, _KEYS[1])
    for key in _KEYS:
        bench.expect("a", two if key == _KEYS[1] else one, key)


@clause("IO-28")
def many_partitions(bench: IOBench) -> None:
    """Several partitions are stored from a mapping by key and loaded as one, each also by itself.

    `context.store_each` and `context.load_each` do this for managers that keep one value in one place.
    """
    one, two = bench.samples()
    values = dict(zip(_KEYS, (one, two, one), strict=True))
    if _refuses(bench, lambda: bench.put_many("a", values), "storing several partitions"):
        return
    bench.put_many("a", values)
    loaded = bench.get_many("a", _KEYS)
    require(hasattr(loaded, "keys"), f"Several partitions were loaded as {loaded!r:.200}, no mapping by key.")
    require(list(loaded) == list(_KEYS), f"Partitions {list(_KEYS)} were loaded as {list(loaded)}.")
    for key, value in values.items():
        require(same(loaded[key], value), f"Partition {key} was loaded as {loaded[key]!r:.200}.")
        bench.expect("a", value, key)
    some = bench.get_many("a", _KEYS[1:])
    require(list(some) == list(_KEYS[1:]), f"Of two partitions, {list(some)} were loaded.")


@clause("IO-29")
def a_mapping_however_many(bench: IOBench) -> None:
    """Whether a reader gets a mapping is up to `by_partition`, and not to how many partitions there are.

    One partition is a mapping of one, none an empty mapping: else code works until the first backfill.
    """
    (value,) = bench.samples(1)
    if _refuses(bench, lambda: bench.get_many("a", _KEYS[:1]), "loading a mapping of one partition"):
        return
    bench.put("a", value, _KEYS[0])
    loaded = bench.get_many("a", _KEYS[:1])
    require(
        isinstance(loaded, dict) and list(loaded) == [_KEYS[0]] and same(loaded[_KEYS[0]], value),
        f"A mapping of one partition was loaded as {loaded!r:.200}.",
    )
    loaded = bench.get_many("a", ())
    require(isinstance(loaded, dict) and not loaded, f"A mapping of no partition was loaded as {loaded!r}.")


@clause("IO-30")
def missing_partition(bench: IOBench) -> None:
    """A partition that was never stored is a StepOutputNotFoundError that names it, also among others.

    Raise StepOutputNotFoundError. A partition is not left out of the mapping: whoever sums over them would be
    wrong and not know it.
    """
    (value,) = bench.samples(1)
    if _refuses(bench, lambda: bench.get("a", _KEYS[0]), "loading one partition"):
        return
    bench.put("a", value, _KEYS[0])
    error = bench.expect_missing("a", _KEYS[1])
    require(_KEYS[1] in str(error), f"The error does not name the partition: {error}")
    try:
        loaded = bench.get_many("a", _KEYS[:2])
    except StepOutputNotFoundError:
        return
    raise Violation(f"Of two partitions one is missing, and loading both gave {loaded!r:.200}.")


@clause("IO-31")
def partition_keys_are_apart(bench: IOBench) -> None:
    """Any text may be a partition key: partitions do not collide with each other or with other assets.

    Partition `b` of `a` is not the asset `a/b`. Encode the key as each part of the asset's key is.
    """
    one, two = bench.samples()
    if _refuses(bench, lambda: bench.put("a", one, "a/b"), "storing one partition"):
        return
    kept = []
    for number, key in enumerate([*HOSTILE, *EXTREME, "a", "b", "c|d", "a,b"]):
        with bench.refused(f"Storing the partition {key!r:.40}") as refusal:
            bench.put("a", one if number % 2 else two, key)
            kept.append((number, key))
        require(key in EXTREME or not refusal, f"The partition key {key!r} is refused.")
    for asset in (["a", "b"], ["a/b"], ["a", "partition=b"]):
        bench.expect_missing(asset)
        bench.put(asset, one)
        bench.put(asset, two, "c|d")
    for number, key in kept:
        bench.expect("a", one if number % 2 else two, key)


@clause("IO-32")
def wrong_mapping(bench: IOBench) -> None:
    """Several partitions need a value each: a value that is no mapping of their keys is refused.

    Compare its keys with `context.asset_partition_keys` before anything is stored; `context.store_each` does.
    """
    one, two = bench.samples()
    if _refuses(bench, lambda: bench.put_many("a", {}, _KEYS), "storing several partitions"):
        return
    bench.put_many("a", dict.fromkeys(_KEYS, one))
    for wrong in ({_KEYS[0]: two}, dict.fromkeys([*_KEYS, "more"], two), two):
        try:
            bench.put_many("a", wrong, _KEYS)
        except Error:
            for key in _KEYS:
                bench.expect("a", one, key)
        else:
            raise Violation(f"For the partitions {list(_KEYS)}, {wrong!r:.200} was stored without an error.")


@clause("IO-33")
def repartitioning(bench: IOBench) -> None:
    """An asset that gets partitions, or loses them, is not taken for what was stored before.

    A partition does not show the value of the whole asset, nor the asset that of a partition. What was stored
    the other way may be kept, or be gone.
    """
    one, two = bench.samples()
    bench.put("a", one)
    if _refuses(bench, lambda: bench.put("a", two, _KEYS[0]), "storing one partition"):
        bench.expect("a", one)
        return
    bench.expect_missing("a", _KEYS[0])
    bench.put("a", two, _KEYS[0])
    bench.expect("a", two, _KEYS[0])
    bench.expect_missing("a", _KEYS[1])
    bench.put("b", one, _KEYS[0])
    bench.expect_missing("b")
    bench.put("b", two)
    bench.expect("b", two)


@clause("IO-34")
def metadata_of_partitions(bench: IOBench) -> None:
    """Of several partitions, the metadata of each is kept with it, and not that of the last with all.

    `context.store_each` keeps it; it is there as `context.metadata_by_partition`.
    """
    one, two = bench.samples()
    if _refuses(bench, lambda: bench.put_many("a", dict.fromkeys(_KEYS, one)), "storing several partitions"):
        return
    alone = bench.put("a", one, _KEYS[0])
    context = build_output_context(
        "make", "result", asset_key="a", asset_partitions=StaticPartitionsDefinition(_KEYS).all()
    )
    said = bench.manager.handle_output(context, dict(zip(_KEYS, (one, two, one), strict=True)))
    if not alone:
        return
    kept = context.metadata_by_partition
    require(
        sorted(kept) == sorted(_KEYS) and all(kept.values()) and not said,
        f"Of one partition, storing says {sorted(alone)}; of three it says {said!r:.100}, and of each "
        f"{dict(kept)!r:.200}.",
    )
