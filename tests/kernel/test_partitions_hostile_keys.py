"""Keys that look like paths, patterns or other keys are kept apart, or refused before anything is stored."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from holdfast import (
    DynamicPartitionsDefinition,
    Instance,
    InvalidDefinitionError,
    MultiPartitionsDefinition,
    StaticPartitionsDefinition,
    TimeWindowPartitionsDefinition,
)
from holdfast.key_paths import encode_part

HOSTILE = [
    "../x",
    "/etc/x",
    "a/b",
    "a|b",
    "a%7Cb",
    "a%2Fb",
    "a%257Cb",
    ".",
    "..",
    "~",
    "*",
    " ",
    "%",
    "|",
    "a=b",
]
HOSTILE += ["x" * 300, "x" * 299 + "y", "é", "e\u0301", "漢字", "🜚" * 300, "\0", "\n", "C:\\x", "CON", "%_"]
REFUSED = ["", "a...b", "\ud800"]


def added(keys):
    instance = Instance.ephemeral()
    instance.add_dynamic_partitions("any", keys)
    return DynamicPartitionsDefinition.named("any").as_of(dynamic_keys=instance.event_store)


KINDS = {
    "static": StaticPartitionsDefinition,
    "function": lambda keys: DynamicPartitionsDefinition(lambda time: keys).as_of(),
    "added": added,
    "one dimension": lambda keys: MultiPartitionsDefinition({"a": StaticPartitionsDefinition(keys)}),
    "two dimensions": lambda keys: MultiPartitionsDefinition({"a": KINDS["static"](keys), "b": added(keys)}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_keys_stay_apart(kind):
    """Each is found by its text, alone in a subset, and comes back from JSON."""
    definition = KINDS[kind](HOSTILE)
    keys = definition.get_partition_keys()
    assert len(set(keys)) == len(HOSTILE) ** (2 if kind == "two dimensions" else 1)
    for key in map(str, keys):
        one = definition.subset([definition.check_key(key)])
        assert list(definition.from_json(json.loads(json.dumps(one.to_json())))) == [key]


@pytest.mark.parametrize("kind", KINDS)
def test_keys_have_file_names_of_their_own(kind):
    """A name stays in its directory, on file systems that take no more than 255 bytes."""
    keys = KINDS[kind](HOSTILE).get_partition_keys()
    names = {encode_part(key) for key in keys}
    assert len(names) == len(keys)
    assert all(name.isascii() and len(name) <= 255 for name in names)
    assert not [name for name in names if {"/", "\\", ".", "\0"} & set(name)]


@pytest.mark.parametrize("key", REFUSED)
@pytest.mark.parametrize("kind", KINDS)
def test_keys_that_cannot_be_told_apart_or_stored_are_refused(kind, key):
    """Wherever keys come from, before there is such a partition."""
    with pytest.raises(InvalidDefinitionError, match="partition key"):
        KINDS[kind](["a", key])


@pytest.mark.parametrize("fmt", ["../%Y-%m-%d", "/%Y/%m/%d", "%Y|%m|%d", "%d.%m.%Y é", "%Y%%7C%m%%2F%d"])
def test_windows_may_be_written_like_paths(fmt):
    """Their keys are read back, also as parts of others."""
    days = TimeWindowPartitionsDefinition(datetime(2021, 1, 1), fmt, cron_schedule="0 0 * * *")
    both = MultiPartitionsDefinition({"a": days, "b": days}).as_of(datetime(2021, 1, 12))
    keys = both.get_partition_keys()
    assert list(both.subset(map(str, keys))) == keys
    assert len({encode_part(key) for key in keys}) == len(keys) == 121
