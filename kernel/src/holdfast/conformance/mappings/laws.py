"""Clauses of partition mappings: the laws."""

from __future__ import annotations

import pickle

from holdfast.conformance.clauses import Violation, clause, require
from holdfast.conformance.mappings.bench import MappingBench
from holdfast.errors import InvalidDefinitionError
from holdfast.partitions.mapping import PartitionMapping

__all__: list[str] = []


@clause("PM-01")
def is_a_mapping(bench: MappingBench) -> None:
    """It is a PartitionMapping, and gives subsets of the definition it is asked about."""
    require(isinstance(bench.mapping, PartitionMapping), f"{bench.mapping!r} is no PartitionMapping.")
    for upstream, downstream in bench.pairs():
        for subset in bench.subsets(downstream):
            found = bench.up(subset, upstream)
            require(
                found.definition == upstream, f"Upstream of {subset!r} is a subset of {found.definition}."
            )
        for subset in bench.subsets(upstream):
            found = bench.down(subset, downstream)
            require(found.definition == downstream, f"Downstream of {subset!r}: one of {found.definition}.")


@clause("PM-02")
def none_for_none(bench: MappingBench) -> None:
    """No partition depends on none, and none depends on no partition."""
    for upstream, downstream in bench.pairs():
        above, below = bench.up(downstream.none(), upstream), bench.down(upstream.none(), downstream)
        require(not above, f"No partition depends on {above!r}.")
        require(not below, f"{below!r} depends on no partition.")


@clause("PM-03")
def upstream_of_a_union(bench: MappingBench) -> None:
    """What two subsets depend on together is what each depends on: nothing more and nothing less.

    Else a backfill of many partitions reads others than their runs one by one.
    """
    for upstream, downstream in bench.pairs():
        for one, two in bench.two(downstream):
            together, apart = bench.up(one | two, upstream), bench.up(one, upstream) | bench.up(two, upstream)
            require(together == apart, f"{one | two!r} depends on {together!r}, its parts on {apart!r}.")


@clause("PM-04")
def downstream_of_a_union(bench: MappingBench) -> None:
    """What depends on two subsets together is what depends on each."""
    for upstream, downstream in bench.pairs():
        for one, two in bench.two(upstream):
            together = bench.down(one | two, downstream)
            apart = bench.down(one, downstream) | bench.down(two, downstream)
            require(together == apart, f"On {one | two!r} depends {together!r}, on its parts {apart!r}.")


@clause("PM-05")
def both_directions_agree(bench: MappingBench) -> None:
    """A partition depends on another exactly when the other is depended on by it.

    Else what is out of date is not made again, or what is made was not out of date.
    """
    for upstream, downstream in bench.pairs():
        above, below = bench.keys(upstream)[:20], bench.keys(downstream)[:20]
        needed = {key: bench.up(downstream.subset([key]), upstream) for key in below}
        for key in above:
            dependent = bench.down(upstream.subset([key]), downstream)
            for other in below:
                require(
                    (key in needed[other]) == (other in dependent),
                    f"{other!r} {'depends' if key in needed[other] else 'does not depend'} on {key!r}, and "
                    f"the other direction says {'it does' if other in dependent else 'it does not'}.",
                )


@clause("PM-06")
def there_and_back(bench: MappingBench) -> None:
    """What some partitions depend on is depended on by them at least."""
    for upstream, downstream in bench.pairs():
        for subset in bench.subsets(downstream):
            above = bench.up(subset, upstream)
            needing = downstream.subset(key for key in subset if bench.up(downstream.subset([key]), upstream))
            back = bench.down(above, downstream)
            require(needing <= back, f"{needing!r} depends on {above!r}, on which depends {back!r}.")


@clause("PM-07")
def the_same_each_time(bench: MappingBench) -> None:
    """The answer depends on the question alone: it is the same a second time, and of a mapping made anew."""
    other: PartitionMapping = bench.open()
    for upstream, downstream in bench.pairs():
        for subset in bench.subsets(downstream):
            first = bench.up(subset, upstream)
            for again in (bench.up(subset, upstream), other.upstream_subset(subset, upstream)):
                require(first == again, f"{subset!r} depends on {first!r}, and then on {again!r}.")


@clause("PM-08")
def ranges_and_subsets_agree(bench: MappingBench) -> None:
    """The methods over ranges say the same as those over subsets, from the first partition to the last."""
    ask = bench.mapping.get_upstream_partitions_for_partition_range
    for upstream, downstream in bench.pairs():
        keys = bench.keys(downstream)
        for first, last in ((0, 0), (0, min(2, len(keys) - 1)), (len(keys) // 2, len(keys) // 2)):
            subset = downstream.between(downstream.subset([keys[first], keys[last]]).key_range)
            above = bench.up(subset, upstream)
            if above:
                found, wanted = ask(subset.key_range, downstream, upstream), above.key_range
                require(found == wanted, f"The range {subset.key_range} depends on {found}, not {wanted}.")


@clause("PM-09")
def what_cannot_be_mapped(bench: MappingBench) -> None:
    """check_pair accepts the partitions that are mapped, and refuses others by an InvalidDefinitionError.

    An asset graph is checked by it, before anything runs.
    """
    for upstream, downstream in bench.pairs():
        bench.mapping.check_pair(upstream, downstream)
    for upstream, downstream in bench.trial.refused:
        try:
            bench.mapping.check_pair(upstream, downstream)
        except InvalidDefinitionError:
            continue
        raise Violation(f"check_pair accepts {upstream} and {downstream}, which cannot be mapped.")


@clause("PM-10")
def values(bench: MappingBench) -> None:
    """Mappings that are made alike are equal and have one hash; they can be pickled.

    Definitions hold them, are compared, and cross to worker processes.
    """
    other = bench.open()
    require(bench.mapping == other, "Two mappings that are made alike are not equal.")
    require(hash(bench.mapping) == hash(other), "Two equal mappings have different hashes.")
    try:
        copy = pickle.loads(pickle.dumps(bench.mapping))
    except Exception as error:
        raise Violation(f"It cannot be pickled: {type(error).__name__}: {error}") from error
    require(copy == bench.mapping, "A mapping that was pickled is another one.")
