"""``holdfast plugins``: which plugins there are, and what is wrong with them."""

from __future__ import annotations

import json

import pytest

BROKEN_SETTINGS = '[tool.holdfast]\nrepositry = "flows"\n'


RAISES = "raise RuntimeError('out of order')\n"


def states(answer):
    return {plugin["name"]: plugin["status"] for plugin in answer}


def test_every_plugin_is_listed_with_its_state(holdfast):
    """The list has each plugin's state, distribution and what it provides."""
    lines = holdfast.lines("plugins", "list")
    (sqlite,) = (line.split() for line in lines if line.startswith("sqlite "))
    assert sqlite[1:3] == ["active", "holdfast-sqlite"]
    assert sqlite[-3:] == ["event", "store", "sqlite"]


def test_the_list_as_json(holdfast):
    """Scripts get the states with all they hold."""
    listed = holdfast.json("plugins", "list")
    assert states(listed)["cli"] == "active"
    (cli,) = (plugin for plugin in listed if plugin["name"] == "cli")
    assert "materialize" in [provision["name"] for provision in cli["provisions"]]


def test_plugins_are_switched_off_before_they_are_imported(holdfast, install):
    """``--no-plugins`` acts before any plugin is imported, on all or on those it names."""
    environment = install("faulty", RAISES)
    broken = holdfast("plugins", "list", "--json", **environment)
    named = holdfast("--no-plugins=faulty,sqlite", "plugins", "list", **environment)
    everything = holdfast("--no-plugins", "plugins", "list", "--json", **environment)
    assert states(json.loads(broken.stdout))["faulty"] == "broken"
    assert named.stdout.count("switched off by --no-plugins") == 2
    active = [name for name, state in states(json.loads(everything.stdout)).items() if state != "inactive"]
    assert active == ["builtins"]


def test_a_plugin_that_is_not_there_cannot_be_switched_off(holdfast):
    """A misspelt plugin is an error that names the nearest."""
    done = holdfast("--no-plugins=sqlit", "plugins", "list")
    assert done.returncode == 2
    assert "Did you mean 'sqlite' or 'sql'?" in done.stderr


def test_the_doctor_finds_nothing(shop):
    """Where all is well, the doctor says so and the exit code is 0."""
    assert shop.lines("plugins", "doctor")[-1].endswith("no problem found.")
    assert shop.json("plugins", "doctor")["problems"] == []


def test_the_doctor_finds_a_broken_plugin(holdfast, install):
    """A plugin that cannot be imported is named with what it raised, and the exit code is 1."""
    done = holdfast("plugins", "doctor", **install("faulty", RAISES))
    assert done.returncode == 1
    assert "plugin 'faulty' (holdfast-faulty 1.0) is broken" in done.stdout
    assert "RuntimeError: out of order" in done.stdout
    assert done.stdout.endswith("1 problem found.\n")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (BROKEN_SETTINGS, "Did you mean 'repository'?"),
        ('[tool.holdfast]\nrepository = "nowhere"\n', "'nowhere'"),
        (
            '[tool.holdfast]\nexecutor = { use = "multiprocess", max_wrkers = 2 }\n',
            "Did you mean 'max_workers'?",
        ),
        ('[tool.holdfast]\nevent_store = "sqlit"\n', "Did you mean 'sqlite' or 'sql'?"),
        ('[tool.holdfast.io_managers]\nlake = "filesytem"\n', "Did you mean 'filesystem'?"),
        ('[tool.holdfast.observers]\nshelf = "fil"\n', "Did you mean 'file'"),
    ],
)
def test_the_doctor_looks_at_the_settings(project, settings, problem):
    """Settings that no run could use are found before a run."""
    done = project("", settings)("plugins", "doctor")
    assert done.returncode == 1
    assert problem in done.stdout


@pytest.mark.parametrize(
    ("module", "settings", "problem"),
    [
        ("", BROKEN_SETTINGS, "the settings cannot be read"),
        ("import nowhere", '[tool.holdfast]\nrepository = "flows"\n', "the repository cannot be loaded"),
    ],
)
def test_plugins_are_listed_whatever_is_broken(project, module, settings, problem):
    """Broken settings and repositories are reported, and the plugins are listed all the same."""
    flows = project(module, settings)
    done = flows("plugins", "list", "--json")
    assert done.returncode == 0
    assert '"sqlite"' in done.stdout
    assert problem in done.stderr
    assert flows("plugins", "explain", "sqlite").returncode == 0


def test_a_name_is_explained(shop):
    """A name is explained with who provides it, from where, and why."""
    text = "\n".join(shop.lines("plugins", "explain", "executor"))
    assert "executor uses the executor 'multiprocess'" in text
    assert "max_workers = 2" in text


def test_the_plugins_of_a_repository_are_those_it_names(project):
    """Where ``@repository`` chooses plugins, they are what is listed."""
    flows = project(
        "from holdfast import asset, repository\n"
        "@asset\ndef a():\n    return 1\n"
        "@repository(plugins=['filesystem'])\ndef flows():\n    return [a]\n",
        '[tool.holdfast]\nrepository = "flows"\n',
    )
    listed = states(flows.json("plugins", "list"))
    assert (listed["filesystem"], listed["sqlite"]) == ("active", "inactive")


def test_strict_plugins_refuses_to_work(shop, install):
    """With ``--strict-plugins`` a broken plugin is an error for every command, needed or not."""
    environment = install("faulty", RAISES)
    done = shop("--strict-plugins", "plan", **environment)
    assert done.returncode == 2
    assert "Plugin 'faulty' is broken" in done.stderr
    assert shop("plan", **environment).returncode == 0
    assert shop("--strict-plugins", "plan").returncode == 0
