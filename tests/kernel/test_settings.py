"""Where settings are found, what they may say, and how every mistake in them is reported."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.errors import SettingsError
from holdfast.plugins.settings import Settings
from holdfast.plugins.specifiers import satisfies
from holdfast.plugins.uses import PluginUse, Use

Load = Callable[[str], Settings]

FULL = """
repository = "flights.repository:repo"
executor = { use = "multiprocess", max_workers = 2 }
event_store = "sqlite"
storage = "kept/here"

[plugins]
filesystem = true
parquet = { requires = ">=1,<2", compression = "zstd" }
s3 = false

[io_managers]
io_manager = { use = "filesystem", base = "data" }
lake = "s3"

[observers]
export = { use = "file", root = "exports" }
"""


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOLDFAST_EXECUTOR", "HOLDFAST_EVENT_STORE", "HOLDFAST_NO_PLUGINS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Return the settings of a directory whose holdfast.toml has the given text."""

    def load(text: str) -> Settings:
        (tmp_path / "holdfast.toml").write_text(text, encoding="utf-8")
        return Settings.load(tmp_path)

    return load


def test_every_setting_is_read(load, tmp_path):
    """A file that uses everything is read as it is written."""
    settings = load(FULL)
    assert settings.directory == tmp_path
    assert settings.file == tmp_path / "holdfast.toml"
    assert settings.repository == "flights.repository:repo"
    assert settings.executor == Use("multiprocess", {"max_workers": 2})
    assert settings.event_store == Use("sqlite")
    assert settings.storage == tmp_path / "kept/here"
    assert settings.io_managers == {"io_manager": Use("filesystem", {"base": "data"}), "lake": Use("s3")}
    assert settings.observers == {"export": Use("file", {"root": "exports"})}


def test_the_plugins_table_keeps_its_order(load):
    """The allow-list has versions and options, in the order in which it is written."""
    plugins = load(FULL).plugins
    assert list(plugins) == ["filesystem", "parquet", "s3"]
    assert plugins["parquet"] == PluginUse(True, ">=1,<2", {"compression": "zstd"})
    assert not plugins["s3"].active


def test_loaders_are_an_array_of_tables(load):
    """Definitions may be found by any number of loaders, each with its options."""
    settings = load(
        'definitions = [{ use = "package", name = "flights" }, { use = "module", name = "more" }]'
    )
    assert settings.definitions == (Use("package", {"name": "flights"}), Use("module", {"name": "more"}))


def test_no_file_gives_the_defaults(tmp_path):
    """Where nothing is configured, everything is left to the plugins and kept under the directory."""
    settings = Settings.load(tmp_path)
    assert settings == Settings(directory=tmp_path)
    assert settings.storage == tmp_path / ".holdfast" / "storage"
    assert (settings.file, settings.executor, settings.plugins) == (None, None, None)


def test_an_empty_table_is_a_repository_too(tmp_path):
    """`[tool.holdfast]` without keys marks the directory and leaves the rest to the defaults."""
    (tmp_path / "pyproject.toml").write_text("[tool.holdfast]\n")
    assert Settings.load(tmp_path).file == tmp_path / "pyproject.toml"


def test_settings_are_found_from_a_directory_inside(tmp_path):
    """The nearest directory upwards with settings is the repository's."""
    (tmp_path / "holdfast.toml").write_text('repository = "outer"')
    inside = tmp_path / "package" / "deep"
    inside.mkdir(parents=True)
    assert Settings.load(inside).repository == "outer"
    assert Settings.load(inside).directory == tmp_path


def test_a_pyproject_without_our_table_is_passed_by(tmp_path):
    """Another project's `pyproject.toml` on the way up does not end the search."""
    (tmp_path / "holdfast.toml").write_text('repository = "outer"')
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "pyproject.toml").write_text('[project]\ndependencies = ["holdfast"]\n')
    assert Settings.load(inside).repository == "outer"


def test_holdfast_toml_wins_over_pyproject(tmp_path):
    """Where both files are, `holdfast.toml` counts."""
    (tmp_path / "pyproject.toml").write_text('[tool.holdfast]\nrepository = "project"\n')
    (tmp_path / "holdfast.toml").write_text('repository = "own"')
    assert Settings.load(tmp_path).repository == "own"


def test_every_problem_is_reported_at_once(load, tmp_path):
    """One error lists all that is wrong, each with its TOML path."""
    with pytest.raises(SettingsError) as caught:
        load('repositry = "x"\nstorage = 3\n[plugins]\nparquet = { requires = "~=1" }\ns3 = "no"\n')
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'holdfast.toml'}: 4 problems:")
    for path in ("[repositry]", "[storage]", "[plugins.parquet.requires]", "[plugins.s3]"):
        assert path in message


def test_the_path_includes_the_table_of_pyproject(tmp_path):
    """In `pyproject.toml` the path of a problem starts at the top of the file."""
    (tmp_path / "pyproject.toml").write_text("[tool.holdfast]\nexecutor = 2\n")
    with pytest.raises(SettingsError) as caught:
        Settings.load(tmp_path)
    assert caught.value.path == "tool.holdfast.executor"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('exekutor = "x"', r"\[exekutor\] .*Did you mean 'executor'"),
        ("executor = {}", r"\[executor\] The key \"use\" is missing"),
        ("executor = { use = 1 }", r"\[executor.use\] .*not a whole number \(1\)"),
        ('executor = ""', r"\[executor\] .*string that is not empty"),
        ('repository = "a b"', r"\[repository\] .*'module' or 'module:name', not 'a b'"),
        ("definitions = 'x'", r"\[definitions\] .*array of tables, not a string"),
        ("definitions = [true]", r"\[definitions\[0\]\] .*not a boolean"),
        ("definitions = [1]\nrepository = 'x'", r"\[definitions\[0\]\] .*not a whole number"),
        ("definitions = ['a']\nrepository = 'x'", r"\[definitions\] .*not both"),
        ("io_managers = 'x'", r"\[io_managers\] This is a table, not a string"),
        ('io_managers = { "a b" = 1 }', r'\[io_managers."a b"\] '),
        ("plugins = { builtins = false }", r"\[plugins.builtins\] .*cannot be switched off"),
        ("plugins = { s3 = 1 }", r"\[plugins.s3\] This is true, false or a table"),
        (
            "plugins = { s3 = { requires = '1.x' } }",
            r"\[plugins.s3.requires\] '1.x' is not a version specifier",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(load, text, message):
    """A value that does not fit is reported with its TOML path and what would fit."""
    with pytest.raises(SettingsError, match=message):
        load(text)


@pytest.mark.parametrize("data", [b"executor = \n", b'executor = "\xff"'])
def test_a_file_that_is_not_toml_is_named(tmp_path, data):
    """A syntax error, or bytes that are no text, is an error that names the file and says where."""
    (tmp_path / "holdfast.toml").write_bytes(data)
    with pytest.raises(SettingsError, match=r"holdfast\.toml: This is not TOML: .*(line 1|position)"):
        Settings.load(tmp_path)


def test_a_directory_in_the_place_of_the_file_is_an_error(tmp_path):
    """What is there and cannot be read is never taken for absent."""
    (tmp_path / "holdfast.toml").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.load(tmp_path)


def test_the_environment_stands_above_the_file(load, monkeypatch):
    """`HOLDFAST_EXECUTOR` and `HOLDFAST_EVENT_STORE` choose another, without the file's options."""
    monkeypatch.setenv("HOLDFAST_EXECUTOR", "in_process")
    monkeypatch.setenv("HOLDFAST_EVENT_STORE", "memory")
    settings = load(FULL)
    assert (settings.executor, settings.event_store) == (Use("in_process"), Use("memory"))
    assert str(settings.executor.place) == "HOLDFAST_EXECUTOR"


def test_the_command_line_stands_above_the_environment(load, monkeypatch):
    """What the command line chooses wins; what it leaves open stays."""
    monkeypatch.setenv("HOLDFAST_EXECUTOR", "in_process")
    settings = load(FULL).overridden(executor="dask")
    assert (settings.executor, settings.event_store) == (Use("dask"), Use("sqlite"))


def test_naming_what_the_file_names_keeps_its_options(load, monkeypatch):
    """Choosing the executor that the file configures does not drop its configuration."""
    monkeypatch.setenv("HOLDFAST_EXECUTOR", "multiprocess")
    settings = load(FULL).overridden(executor="multiprocess")
    assert settings.executor.options == {"max_workers": 2}


def test_plugins_may_be_listed_in_python(tmp_path):
    """A sequence of names is an allow-list; a mapping says what the table in a file would."""
    settings = Settings(directory=tmp_path)
    named = settings.with_plugins(["parquet", "filesystem"], "repo.py:3")
    assert list(named.plugins) == ["parquet", "filesystem"]
    mapped = settings.with_plugins({"s3": {"requires": ">=1"}, "json": False}, "repo.py:3")
    assert mapped.plugins == {"s3": PluginUse(True, ">=1"), "json": PluginUse(False)}


def test_a_mistake_in_python_names_the_line_of_code(tmp_path):
    """A bad list in code is reported with the place the caller gives."""
    with pytest.raises(SettingsError, match=r"repo\.py:3: \[plugins\[1\]\]"):
        Settings(directory=tmp_path).with_plugins(["parquet", 3], "repo.py:3")


def test_settings_cross_processes(load):
    """Workers are given the settings as they are."""
    settings = load(FULL)
    assert pickle.loads(pickle.dumps(settings)) == settings


@pytest.mark.parametrize(
    ("version", "specifier", "fits"),
    [
        ("1.4.2", ">=1,<2", True),
        ("2.0", ">=1,<2", False),
        ("2.0rc1", "<2", False),
        ("1.10", ">1.9", True),
        ("1.0", "==1", True),
        ("1.0.1", "==1", False),
        ("1.0.dev3+local", "<=1, !=0.9", True),
        ("v3", ">=3", True),
        ("unknown", ">=0", False),
    ],
)
def test_versions_are_compared_by_their_releases(version, specifier, fits):
    """A specifier compares release numbers; pre-releases and local versions count as their release."""
    assert satisfies(version, specifier) is fits
