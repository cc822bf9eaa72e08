"""``holdfast init``: a project to start from."""

from __future__ import annotations


def test_what_it_writes_can_be_materialized(holdfast):
    """The next command that it names works."""
    lines = holdfast.lines("init", "demo")
    assert lines[-1] == "Next: cd demo && holdfast materialize"
    demo = type(holdfast)(holdfast.directory / "demo")
    assert demo.lines("materialize")[-1].endswith(": 3 assets made.")
    assert demo.lines("load", "report")[0] == "valley     21.2 °C"


def test_it_starts_in_the_working_directory(holdfast):
    """Without a directory, the project is here."""
    assert holdfast.lines("init")[-1] == "Next: holdfast materialize"
    assert (holdfast.directory / "pipeline.py").exists()


def test_it_overwrites_nothing(holdfast):
    """A file that is there already is named, and nothing is written."""
    (holdfast.directory / "pipeline.py").write_text("mine")
    done = holdfast("init")
    assert done.returncode == 2
    assert "pipeline.py is there already" in done.stderr
    assert [file.name for file in holdfast.directory.iterdir()] == ["pipeline.py"]


def test_a_directory_that_cannot_be_made_is_named(holdfast):
    """A file where the directory should be is an error that names it."""
    (holdfast.directory / "demo").write_text("mine")
    done = holdfast("init", "demo/inner")
    assert done.returncode == 2
    assert "demo/inner" in done.stderr
