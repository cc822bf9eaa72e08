"""``holdfast load``: the beginning of a stored value."""

from __future__ import annotations

import pytest

from holdfast_cli.preview import preview


def test_a_value_is_printed(shop):
    """The stored value is loaded and shown."""
    assert shop.lines("load", "orders") == ["[3, 4]"]


def test_the_value_as_json(shop):
    """Scripts get the type, the preview and the latest materialization."""
    answer = shop.json("load", "customers")
    assert (answer["type"], answer["preview"]) == ("builtins.dict", "{'ann': 1}")
    assert answer["materialization"]["metadata"]["size_bytes"] > 0


def test_a_value_that_was_never_stored_is_an_error(shop):
    """A value that is not there is an error that says so."""
    done = shop("load", "shelves")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not stored" in done.stderr


def test_what_an_io_manager_raises_is_shown_from_its_own_frames(project):
    """What users' code raises while a value is loaded is shown without the frames of Holdfast."""
    flows = project(
        "from holdfast import IOManager, asset\n"
        "class Attic(IOManager):\n"
        "    def handle_output(self, context, obj): pass\n"
        "    def load_input(self, context): return 1 / 0\n"
        "@asset(io_manager_def=Attic())\ndef old():\n    return 1\n"
    )
    done = flows("load", "old")
    assert done.returncode == 2
    assert done.stderr.startswith("holdfast: 'old' cannot be loaded.\n")
    assert "in load_input" in done.stderr
    assert "in load_asset_value" not in done.stderr


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("two\nlines\n", "two\nlines"),
        (b"bytes", "b'bytes'"),
        ({"b": 1, "a": [1, (2,), {3}]}, "{'b': 1, 'a': [1, (2,), {3}]}"),
        (None, "None"),
        ({}, "{}"),
        (list(range(30)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, ...]"),
    ],
)
def test_a_small_value_is_shown_whole(value, shown):
    """A text is shown as it is, anything else as it shows itself, collections in their order."""
    assert preview(value) == shown


def test_a_large_collection_shows_its_first_items():
    """Of a collection too wide for a line, the first items stand on lines of their own."""
    lines = preview([{"name": "x" * 30, "number": n} for n in range(1000)]).splitlines()
    assert lines[1] == f"  {{'name': '{'x' * 30}', 'number': 0}},"
    assert (lines[0], lines[-2], lines[-1]) == ("[", "  ... 980 more", "]")


def test_a_large_dictionary_shows_its_first_items():
    """A dictionary keeps its order, inside of others too."""
    lines = preview({f"key {n}": {"z": n, "a": n} for n in range(1000)}).splitlines()
    assert lines[1] == "  'key 0': {'z': 0, 'a': 0},"
    assert len(lines) == 23


@pytest.mark.parametrize("value", ["line\n" * 100_000, "x" * 10_000_000, [["x" * 10_000] * 100] * 100])
def test_a_preview_is_short(value):
    """However large a value is, its preview fits a screen or two."""
    assert len(preview(value)) < 5_000
    assert preview(value).count("\n") <= 41


def test_what_shows_itself_is_left_to_it():
    """An object such as a table shows itself, at most the first lines of it."""

    class Table:
        def __repr__(self):
            return "\n".join(f"row {n}" for n in range(100))

    lines = preview(Table()).splitlines()
    assert (lines[0], lines[39], lines[40:]) == ("row 0", "row 39", ["..."])
