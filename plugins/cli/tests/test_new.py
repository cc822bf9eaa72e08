"""``holdfast plugins new``: where it writes, and what it refuses.

That what it writes works is tested where it is built and installed, with the wheels of this repository.
"""

from __future__ import annotations

import resource
import subprocess

import pytest

FAULTY = "raise RuntimeError('out of order')\n"
SHELF = """
from holdfast.hookspecs import hookimpl
from holdfast.provisions import IOManagerPlugin

@hookimpl
def holdfast_io_managers():
    yield IOManagerPlugin(name="shelf", factory="holdfast_spices:Shelf", summary="")
"""


def names(directory):
    return sorted(path.name for path in directory.iterdir())


def test_it_says_what_it_made_and_what_comes_next(holdfast):
    """Each file is named, then the commands that install the package and run its tests."""
    lines = holdfast.lines("plugins", "new", "io-manager", "spice_rack")
    made = [line.removeprefix("wrote ") for line in lines if line.startswith("wrote ")]
    assert "holdfast-spice-rack/src/holdfast_spice_rack/io.py" in made
    assert all((holdfast.directory / file).is_file() for file in made)
    assert lines[-2:] == [
        "  cd holdfast-spice-rack && python -m pip install -e '.[test]'",
        "  cd holdfast-spice-rack && python -m pytest",
    ]
    assert names(holdfast.directory) == ["holdfast-spice-rack"]


def test_what_it_made_as_json(holdfast):
    """Scripts get the directory, the files in it, and the commands."""
    made = holdfast.json("plugins", "new", "observer", "shelf", "--directory", "made")
    assert (made["kind"], made["name"], made["directory"]) == ("observer", "shelf", "made")
    assert all((holdfast.directory / "made" / file).is_file() for file in made["files"])
    assert made["next"][1] == "cd made && python -m pytest"


def test_an_empty_directory_is_filled(holdfast):
    """The working directory too, if nothing is in it."""
    holdfast.lines("plugins", "new", "loader", "shelf", "--directory", ".")
    assert names(holdfast.directory) == [
        ".github",
        ".gitignore",
        "README.md",
        "pyproject.toml",
        "src",
        "tests",
    ]


@pytest.mark.parametrize("options", [(), ("--no-plugins",), ("--no-plugins=faulty",)])
def test_it_works_whatever_is_broken(holdfast, install, options):
    """Broken plugins and settings do not matter, nor do plugins that are switched off."""
    (holdfast.directory / "pyproject.toml").write_text('[tool.holdfast]\nrepositry = "flows"\n')
    done = holdfast(*options, "plugins", "new", "format", "shelf", **install("faulty", FAULTY))
    assert done.returncode == 0, done.stderr
    assert (holdfast.directory / "holdfast-shelf" / "pyproject.toml").is_file()


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("io_manager", "shelf", "There is no kind of plugin 'io_manager'. Did you mean 'io-manager'?"),
        ("cheese", "shelf", "Known: event-store, executor, format, io-manager, loader"),
        ("format", "Spice Rack", "call it something like 'spice-rack'"),
        ("format", "7", "a letter first; call it something like 'attic'"),
        ("format", "a--b", "call it something like 'a-b'"),
        ("format", "../a", "call it something like 'a'"),
        ("format", "holdfast-shelf", "the package gets its 'holdfast-' by itself; call it 'shelf'"),
        ("format", "sqlite", "An installed plugin is called 'sqlite' (holdfast-sqlite 0.1.0)"),
        ("observer", "file", "Plugin 'filesystem' (holdfast-filesystem 0.1.0) provides the observer 'file'"),
    ],
)
def test_what_cannot_be_is_refused(holdfast, kind, name, said):
    """The error says what to do instead, and nothing is written."""
    done = holdfast("plugins", "new", kind, name)
    assert done.returncode == 2
    assert said in done.stderr
    assert names(holdfast.directory) == []


@pytest.mark.parametrize("name", ["spices", "shelf"])
def test_the_names_of_strangers_are_theirs(holdfast, install, name):
    """A name that an installed plugin has or provides is refused, and the package that has it is named."""
    done = holdfast("plugins", "new", "io-manager", name, **install("spices", SHELF))
    assert done.returncode == 2
    assert "Give another name, or uninstall holdfast-spices." in done.stderr


def test_the_name_of_a_broken_plugin_is_taken(holdfast, install):
    """It is installed all the same."""
    done = holdfast("--no-plugins", "plugins", "new", "format", "faulty", **install("faulty", FAULTY))
    assert done.returncode == 2
    assert "An installed plugin is called 'faulty'" in done.stderr


def test_nothing_is_overwritten(holdfast):
    """A directory that holds something is refused, and stays as it is."""
    place = holdfast.directory / "holdfast-shelf"
    place.mkdir()
    (place / "mine").touch()
    done = holdfast("plugins", "new", "format", "shelf")
    assert done.returncode == 2
    assert "holdfast-shelf is there already" in done.stderr
    assert "--directory" in done.stderr
    assert names(place) == ["mine"]


def test_a_place_that_cannot_be_is_named(holdfast):
    """The directory that the new one is to be in has to be there."""
    done = holdfast("plugins", "new", "format", "shelf", "--directory", "no/where")
    assert done.returncode == 2
    assert "cannot be written: No such file or directory" in done.stderr


@pytest.mark.parametrize("there", [False, True])
def test_nothing_is_left_where_writing_fails(holdfast, there):
    """When the disk takes only the first files, none of them stays, and an empty directory stays empty."""
    place = holdfast.directory / "made"
    if there:
        place.mkdir()
    done = subprocess.run(
        [holdfast.command, "plugins", "new", "format", "shelf", "--directory", "made"],
        cwd=holdfast.directory,
        env=holdfast.environment(),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700)),
    )
    assert done.returncode == 2
    assert "cannot be written: File too large" in done.stderr
    assert names(holdfast.directory) == (["made"] if there else [])
    assert not there or names(place) == []
