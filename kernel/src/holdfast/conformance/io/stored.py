"""Clauses of IO managers: what is stored is what is loaded."""

from __future__ import annotations

from holdfast.built_contexts import build_input_context, build_output_context
from holdfast.conformance import tables
from holdfast.conformance.clauses import clause, require
from holdfast.conformance.io.bench import IOBench
from holdfast.conformance.values import same
from holdfast.metadata import normalize_metadata

__all__: list[str] = []


@clause("IO-01")
def round_trip(bench: IOBench) -> None:
    """Every value of a claimed type is loaded as it was stored, in value and type.

    Claim in the plugin's record (`types`) what is kept faithfully, and nothing else.
    """
    for number, value in enumerate(bench.values.claimed()):
        bench.put(f"a{number}", value)
        bench.expect(f"a{number}", value)


@clause("IO-02")
def nothing_changes_in_silence(bench: IOBench) -> None:
    """A value of any type, claimed or not, is loaded as it was stored, or refused when it is stored.

    A tuple that comes back as a list is found by whoever reads it, long after. Where an encoding cannot keep
    a value as it is, raise a StorageError.
    """
    for number, value in enumerate(bench.values.zoo()):
        with bench.refused(f"Storing {value!r:.60} ({type(value).__name__})") as refusal:
            bench.put(f"a{number}", value)
        if not refusal:
            bench.expect(f"a{number}", value)


@clause("IO-03")
def none_and_empty(bench: IOBench) -> None:
    """None and empty values are values: what is stored as one is loaded, and not taken for missing.

    Look at whether something is stored, never at whether the value is true.
    """
    empty = [value for value in bench.values.empty() if value is not None]
    for number, value in enumerate(empty):
        bench.put(f"a{number}", bench.samples(1)[0])
        bench.put(f"a{number}", value)
        bench.expect(f"a{number}", value)
    with bench.refused("Storing None") as refusal:
        bench.put("none", None)
    if refusal:
        claimed = bench.values.anything or "builtins.NoneType" in bench.values.types
        require(not claimed, f"None is claimed, and was refused: {refusal[0]}")
        bench.expect_missing("none")
    else:
        bench.expect("none", None)


@clause("IO-04")
def overwriting(bench: IOBench) -> None:
    """A value that is stored again takes the place of the old one, whatever the types and sizes of both.

    Write the whole value anew. Where the type decides on the place, clear the others.
    """
    values = [*bench.values.claimed()]
    for value in [*values, *reversed(values)]:
        bench.put("a", value)
        bench.expect("a", value)
    for number in (100, 1):
        bench.put("b", bench.values.version(number))
        bench.expect("b", bench.values.version(number))


@clause("IO-05")
def no_aliases(bench: IOBench) -> None:
    """What is loaded is a copy: changing it, or what was stored, changes nothing in the store.

    Keep its bytes, or a copy all the way down. A manager that keeps values in this process alone, and claims
    no persistence, gives the object itself, so that nobody takes it for a copy.
    """
    for number, value in enumerate(bench.values.mutable()):
        key, untouched = f"a{number}", bench.values.mutable()[number]
        bench.put(key, value)
        if not bench.persistent:
            require(bench.get(key) is value, "A value kept in memory came back as another object.")
            continue
        bench.values.change(value)
        require(same(bench.get(key), untouched), "Changing a value after it was stored changed the store.")
        bench.values.change(bench.get(key))
        require(same(bench.get(key), untouched), "Changing what was loaded changed what is loaded next.")


@clause("IO-06")
def arguments_are_left_alone(bench: IOBench) -> None:
    """Storing does not change the value: the computation, and other readers, still have it.

    Change a copy where what is stored is to be another.
    """
    for value, untouched in zip(bench.values.mutable(), bench.values.mutable(), strict=True):
        bench.put("a", value)
        require(same(value, untouched), f"Storing changed the value itself: {value!r:.200}")


@clause("IO-07")
def metadata_is_returned(bench: IOBench) -> None:
    """What storing returns is None, or metadata that a materialization can have.

    A mapping of labels to plain values or MetadataValue objects.
    """
    for number, value in enumerate(bench.samples()):
        said = bench.put(f"a{number}", value)
        require(said is None or hasattr(said, "items"), f"Storing returned {said!r}, which is no metadata.")
        for label, metadata in normalize_metadata(said).items():
            require(
                "(unserializable)" not in str(metadata.value),
                f"The metadata {label!r} that storing returned cannot be recorded.",
            )


@clause("IO-08")
def outputs_that_are_no_assets(bench: IOBench) -> None:
    """Outputs inside of graphs are kept apart by run, step, name and mapping key, and apart from assets.

    Such a context has no asset key; `get_identifier` says what it is.
    """
    identities = [
        ("run", "step", "result", None),
        ("run", "step", "other", None),
        ("run", "other", "result", None),
        ("again", "step", "result", None),
        ("run", "step", "result", "key"),
    ]
    contexts = [
        build_output_context(step, name, run_id=run, mapping_key=mapping)
        for run, step, name, mapping in identities
    ]
    one, two = bench.samples()
    bench.put(["run", "step", "result"], two)
    for number, context in enumerate(contexts):
        for other in contexts:
            bench.manager.handle_output(other, one)
        bench.manager.handle_output(context, two)
        loaded = [bench.manager.load_input(build_input_context("x", upstream_output=c)) for c in contexts]
        found = [place for place, value in enumerate(loaded) if same(value, two)]
        require(found == [number], f"Storing output {identities[number]} changed {len(found)} outputs.")
    bench.expect(["run", "step", "result"], two)


@clause("IO-09")
def column_subsets(bench: IOBench) -> None:
    """Where `columns` is claimed, a reader gets the columns it asks for, in its order; else the whole table.

    The input's metadata has them as `columns`. A column that is not there is an error that names it, and
    never left out in silence. A manager that does not claim it gives all columns, since metadata is free.
    """
    for name in bench.values.tables:
        table = tables.samples(name)[0]
        bench.put("table", table)
        if "columns" not in bench.claims:
            require(
                same(bench.get("table", columns=["flights"]), table),
                "Column subsets are not claimed, and a reader who asked for one got another table.",
            )
            continue
        for wanted in (["flights"], ["flights", "carrier"]):
            found = tables.columns(bench.get("table", columns=wanted))
            require(found == wanted, f"A reader who asked for the columns {wanted} got {found}.")
        with bench.refused("Loading a column that is not there") as refusal:
            bench.get("table", columns=["flights", "no such column"])
        require(refusal, "Loading a column that is not there raised nothing.")
        require(
            "no such column" in str(refusal[0]),
            f"The error for a missing column does not name it: {refusal[0]}",
        )
        require(same(bench.get("table"), table), "After a subset was loaded, the whole table is another.")
    require(
        "columns" not in bench.claims or bench.values.tables,
        "Column subsets are claimed, and no library of tables is installed to try them with.",
    )
