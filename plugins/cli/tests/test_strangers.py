"""Subcommands that other plugins provide."""

from __future__ import annotations

GREET = """
from holdfast.hookspecs import hookimpl
from holdfast.interfaces import Command
from holdfast.project import Project
from holdfast.provisions import CommandPlugin

@hookimpl
def holdfast_commands():
    yield CommandPlugin(name="greet", factory="holdfast_greeter:Greet", summary="greet 100% of the assets")
    yield CommandPlugin(name="plan", factory="holdfast_greeter:Greet", summary="never used")
    yield CommandPlugin(name="vanished", factory="holdfast_greeter:Vanished", summary="not there")

class Greet(Command):
    def configure(self, parser):
        parser.add_argument("--loudly", action="store_true")

    def run(self, arguments):
        project = Project.load(disabled=arguments.no_plugins)
        for key in project.repository.graph:
            print("HELLO" if arguments.loudly else "hello", key)
        return 7
"""


def test_a_plugin_adds_a_subcommand(shop, install):
    """A stranger's command is listed, parsed and run; its exit code is the command's."""
    environment = install("greeter", GREET)
    assert "greet               greet 100% of the assets" in shop("--help", **environment).stdout
    done = shop("greet", "--loudly", **environment)
    assert (done.returncode, done.stdout.splitlines()[1]) == (7, "HELLO orders")


def test_no_plugin_takes_a_command_over(shop, install):
    """A stranger's command of a name that the command has itself is a conflict, and is not used."""
    environment = install("greeter", GREET)
    assert shop("plan", **environment).stdout.startswith("Plan of")
    assert "The command 'plan' is provided by" in shop("plugins", "doctor", **environment).stdout


def test_a_command_that_cannot_be_made_is_an_error_of_its_own(shop, install):
    """A command whose factory is not there fails when it is used, and nothing else does."""
    environment = install("greeter", GREET)
    done = shop("vanished", **environment)
    assert done.returncode == 2
    assert "holdfast_greeter has no 'Vanished'" in done.stderr
    assert shop("--help", **environment).returncode == 0


def test_completion_leaves_out_what_cannot_be_made(shop, install):
    """The completion script has the commands of plugins, but for those that cannot be made."""
    done = shop("completion", "bash", **install("greeter", GREET))
    assert done.returncode == 0
    assert "--loudly" in done.stdout
    assert "the command 'vanished' is left out" in done.stderr


def test_a_broken_plugin_does_not_take_the_command_down(shop, install):
    """Help and every other command work while a plugin is broken."""
    environment = install("faulty", "import module_that_is_not_there\n")
    assert shop("--help", **environment).returncode == 0
    assert shop("jobs", "list", **environment).returncode == 0


def test_help_works_with_broken_settings(project):
    """When the settings cannot be read, the help says so and has the command's own subcommands."""
    done = project("", "[tool.holdfast]\nexecutor = 3\n")("--help")
    assert done.returncode == 0
    assert "materialize" in done.stdout
    assert "tool.holdfast.executor" in done.stderr
