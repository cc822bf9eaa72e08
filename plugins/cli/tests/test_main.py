"""The command as a whole: options, errors and exit codes."""

from __future__ import annotations

import pytest

import holdfast as package

FIVE_THOUSAND = """
from holdfast import asset

for number in range(5000):
    globals()[f"a{number}"] = asset(name=f"a{number}")(lambda: 1)
"""


def test_help_lists_every_command(holdfast):
    """``--help`` names the commands with what each is for."""
    lines = "\n".join(holdfast.lines("--help"))
    for name in ("init", "assets", "graph", "plan", "materialize", "run", "load", "runs", "plugins"):
        assert f"\n    {name} " in lines
    assert "130 interrupted" in lines


@pytest.mark.parametrize(
    "command", ["init", "assets list", "graph", "plan", "materialize", "run", "load", "runs show"]
)
def test_every_command_has_help(holdfast, command):
    """A command explains its arguments, without a project."""
    assert holdfast.lines(*command.split(), "--help")[0].startswith(f"usage: holdfast {command} ")


def test_version_is_the_kernels(holdfast):
    """``--version`` prints the version of Holdfast."""
    assert holdfast.lines("--version")[0].startswith(f"holdfast {package.__version__} ")


def test_no_command_is_wrong_use(holdfast):
    """Without a command, the help goes to standard error."""
    done = holdfast()
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: holdfast" in done.stderr


def test_a_misspelt_command_leads_to_the_nearest(holdfast):
    """An unknown command is an error that names the one that was meant."""
    done = holdfast("materialise")
    assert done.returncode == 2
    assert "no command 'materialise'. Did you mean 'materialize'?" in done.stderr


def test_a_misspelt_option_leads_to_the_nearest(holdfast):
    """An unknown option is an error that names the one that was meant."""
    done = holdfast("assets", "list", "--jsn")
    assert done.returncode == 2
    assert "holdfast assets list: error: unrecognized arguments: --jsn. Did you mean '--json'?" in done.stderr


def test_an_option_of_the_command_itself_stands_first(holdfast):
    """An option of the command behind the subcommand is an error that says where it belongs."""
    done = holdfast("plan", "--strict-plugins")
    assert done.returncode == 2
    assert "stand before the command: holdfast --strict-plugins" in done.stderr


def test_it_works_in_another_directory(shop, tmp_path):
    """``-C`` works as if started there."""
    here = type(shop)(tmp_path)
    assert here.lines("-C", str(shop.directory), "load", "out/revenue") == ["7"]
    assert here("-C", "nowhere", "plan").returncode == 2


def test_it_works_below_the_project(shop):
    """The project of a directory inside it is found."""
    inside = shop.directory / "inside"
    inside.mkdir(exist_ok=True)
    assert type(shop)(inside).lines("load", "out/revenue") == ["7"]


def test_no_project_is_an_error_with_the_fix(holdfast):
    """Where there is no project, the message says how to begin one."""
    done = holdfast("assets", "list")
    assert (done.returncode, done.stdout) == (2, "")
    assert "holdfast init" in done.stderr


def test_an_error_is_one_message(shop):
    """An error is its message on standard error, without a traceback."""
    done = shop("materialize", "custmers")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "holdfast: No asset here has the key 'custmers'. Did you mean 'customers'?\n"


@pytest.mark.parametrize(
    ("options", "environment"), [(["--traceback"], {}), ([], {"HOLDFAST_TRACEBACK": "1"})]
)
def test_a_traceback_is_shown_when_asked_for(shop, options, environment):
    """``--traceback`` and its environment variable show where an error comes from."""
    done = shop(*options, "materialize", "custmers", **environment)
    assert done.returncode == 2
    assert done.stderr.startswith("Traceback")
    assert "UnknownSelectionError" in done.stderr


def test_definitions_that_cannot_be_imported_show_the_users_frames(project):
    """What a module raises is shown from its own frame on."""
    done = project("import flows_that_are_not_there\n")("plan")
    assert done.returncode == 2
    assert "flows.py" in done.stderr
    assert "No module named 'flows_that_are_not_there'" in done.stderr
    assert "importlib" not in done.stderr
    assert "holdfast_cli" not in done.stderr


def test_a_syntax_error_shows_its_line(project):
    """A module that is no Python is shown with the line and the character."""
    done = project("x = 1\ndef broken(:\n")("plan")
    assert done.returncode == 2
    assert 'flows.py", line 2' in done.stderr
    assert "def broken(:" in done.stderr


def test_what_modules_print_is_no_part_of_an_answer(project):
    """What is printed while the definitions are imported goes to standard error."""
    shop = project("from holdfast import asset\nprint('hello')\n@asset\ndef a():\n    return 1\n")
    done = shop("graph")
    assert (done.stdout, done.stderr) == ("a\n", "hello\n")


def test_a_closed_pipe_is_silent(project):
    """When whoever reads the output goes away, nothing is said about it."""
    command = project(FIVE_THOUSAND).start("assets", "list")
    assert command.stdout.readline().startswith("asset")
    command.stdout.close()
    assert command.stderr.read() == ""
    assert command.wait() == 141


def test_names_never_stop_a_list(project):
    """A name that the terminal's encoding lacks, or that would move its cursor, is escaped."""
    sources = project('from holdfast import SourceAsset\na = SourceAsset(["\\u00fc", "x\\ny\\x1b[2J"])\n')
    done = sources("assets", "list", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0
    assert r"\xfc/x\ny\x1b[2J" in done.stdout
