"""``holdfast materialize`` and ``holdfast run``: what they say and how they end."""

from __future__ import annotations

import json
import re

import pytest

from holdfast.event_json import parse_event

MISHAPS = """
from holdfast import AssetOut, Output, RetryPolicy, asset, define_asset_job, multi_asset, repository


@asset
def good():
    print("printed by good")
    return 1


@asset
def bad(good):
    raise ValueError("no such column: x\\nlook again")


@asset
def after_bad(bad):
    return 1


@asset
def after_that(after_bad):
    return 1


@asset(output_required=False)
def nothing(good):
    return None


@asset
def after_nothing(nothing):
    return 1


@asset(retry_policy=RetryPolicy(max_retries=1))
def moody(context, good):
    if not context.retry_number:
        raise OSError("not now")
    return 1


@asset
def configured(context):
    return [context.op_config, sorted(context.run_tags)]


@repository
def flows():
    assets = [good, bad, after_bad, after_that, nothing, after_nothing, moody, configured]
    config = {"ops": {"configured": {"config": "from the job"}}}
    return [*assets, define_asset_job("daily", "configured", config=config)]
"""


@pytest.fixture
def flows(project):
    """A project in which something goes wrong."""
    return project(MISHAPS)


def without_times(lines):
    took = re.compile(r"\d+ ms|\d+\.\d s")
    return [took.sub("N", re.sub(r"^\d\d:\d\d:\d\d ", "", line)) for line in lines]


def test_a_pipe_gets_a_line_for_each_thing_that_happens(flows):
    """Each start, end, failure, retry and skip is a line with the time and the asset's key."""
    done = flows("materialize", "--executor", "in_process", "--select", "not configured")
    lines = without_times(done.stdout.splitlines())
    assert re.match(r"\d\d:\d\d:\d\d good started", done.stdout)
    for line in (
        "good started",
        "good made in N",
        "bad failed after N: ValueError: no such column: x",
        "after_bad skipped because bad failed",
        "after_that skipped because bad failed",
        "nothing made nothing in N",
        "after_nothing skipped because nothing did not make what it reads",
        "moody failed after N, to be tried again in 0 s: OSError: not now",
        "moody started again, attempt 2",
        "moody made in N",
    ):
        assert line in lines


HOOKED = """
from holdfast import job, op, repository, success_hook


@success_hook
def tell(context):
    raise ValueError("nobody listens\\nat all")


@op
def load():
    return 1


@job(hooks={tell})
def daily():
    load()


@repository
def flows():
    return [daily]
"""


def test_a_hook_that_raises_is_a_line(project):
    """It says which hook of which step raised what; the run goes on."""
    done = project(HOOKED)("run", "daily")
    assert done.returncode == 0
    assert "load: its hook tell raised ValueError: nobody listens" in without_times(done.stdout.splitlines())


def test_the_summary_tells_what_went_wrong(flows):
    """At the end stand the user's frames of each failure, what was skipped and why, and the counts."""
    done = flows("materialize", "good", "bad*")
    lines = without_times(done.stdout.splitlines())
    summary = lines[lines.index("Asset 'bad' failed:") :]
    assert done.returncode == 1
    assert re.fullmatch(r'  File ".*flows.py", line 13, in bad', summary[1])
    assert summary[3:7] == [
        "ValueError: no such column: x",
        "look again",
        "",
        "Skipped because bad failed: after_bad, after_that",
    ]
    assert re.fullmatch("Run .{8} failed after N: 1 asset made, 1 failed, 2 skipped.", summary[7])


def test_success_is_zero(flows):
    """A run without failures says so and ends with 0; what was not required is no failure."""
    done = flows("materialize", "good", "nothing*")
    assert done.returncode == 0
    assert re.search(r"Run .{8} succeeded in .*: 1 asset made, 1 skipped\.\n$", done.stdout)


def test_quiet_says_only_what_went_wrong(flows):
    """With ``--quiet`` a run that succeeds says nothing but what its functions print."""
    assert flows("materialize", "good", "--quiet").stdout == "printed by good\n"
    failed = flows("materialize", "bad", "-q").stdout
    assert "started" not in failed
    assert "Asset 'bad' failed:" in failed


def test_the_answer_as_json_is_all_of_standard_output(flows):
    """The summary is one JSON object; progress, and what functions print, goes to standard error."""
    done = flows("materialize", "good", "bad*", "--json", "--tag", "why=test")
    run = json.loads(done.stdout)
    steps = {step["key"]: step for step in run["steps"]}
    assert (done.returncode, run["status"], run["tags"]["why"]) == (1, "FAILURE", "test")
    assert steps["good"]["made"]["good"]["size_bytes"] > 0
    assert steps["bad"]["error"]["type"] == "ValueError"
    assert steps["after_that"]["skipped_because"] == "bad failed"
    assert run["started"].endswith("Z")
    assert "printed by good" in done.stderr
    assert "good made in" in done.stderr


def test_events_are_lines_of_json(flows):
    """With ``--events`` every event is a line that the kernel reads back."""
    done = flows("materialize", "good", "--events", "--executor", "in_process")
    events = [parse_event(line).event_type_value for line in done.stdout.splitlines()]
    assert (events[0], events[-1]) == ("RUN_START", "RUN_SUCCESS")
    assert "ASSET_MATERIALIZATION" in events
    assert done.stderr == "printed by good\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.json", '{"ops": {"configured": {"config": {"rows": 3}}}}'),
        ("config.toml", "[ops.configured.config]\nrows = 3\n"),
    ],
)
def test_run_config_comes_from_a_file(flows, name, text):
    """``--config`` names a JSON or TOML file with the run config."""
    (flows.directory / name).write_text(text)
    assert flows("materialize", "configured", "--config", name).returncode == 0
    assert flows.lines("load", "configured")[0].startswith("[{'rows': 3}, ")


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("config.yaml", "", "Run config is a .json or .toml file"),
        ("config.json", "{", "This is not JSON"),
        ("config.toml", "x", "This is not TOML"),
        ("config.json", "[]", "Run config is a mapping of sections"),
        ("config.json", '{"op": {}}', "Did you mean 'ops'?"),
    ],
)
def test_run_config_that_cannot_be_used_is_refused(flows, name, text, problem):
    """A file that is no run config is an error that says what is wrong."""
    (flows.directory / name).write_text(text)
    done = flows("materialize", "configured", "--config", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert problem in done.stderr


def test_a_tag_needs_a_value(flows):
    """A tag that is no ``NAME=VALUE`` is wrong use."""
    done = flows("materialize", "--tag", "why")
    assert done.returncode == 2
    assert "'why' is not NAME=VALUE" in done.stderr


def test_an_unknown_executor_is_wrong_use(flows):
    """An executor that no plugin provides is an error that leads to one that does, and nothing runs."""
    done = flows("materialize", "good", "--executor", "multiproces")
    assert done.returncode == 2
    assert "Did you mean 'multiprocess'" in done.stderr


def test_the_executor_keeps_its_settings_when_named(project):
    """``--executor`` with the name that the settings have keeps the options they have."""
    settings = '[tool.holdfast]\nrepository = "flows"\nexecutor = { use = "multiprocess", max_workers = 0 }\n'
    done = project(MISHAPS, settings)("materialize", "good", "--executor", "multiprocess")
    assert done.returncode == 2
    assert "max_workers" in done.stderr


def test_a_job_is_run_with_its_config(flows):
    """``run`` runs a job with its own run config, also on another executor."""
    assert flows("run", "daily").returncode == 0
    assert flows.lines("load", "configured")[0].startswith("['from the job', ")
    assert flows("run", "daily", "--executor", "in_process").returncode == 0
    assert flows.lines("load", "configured")[0].startswith("['from the job', ")


def test_an_unknown_job_leads_to_the_nearest(flows):
    """A job that is not there is an error that names the one that was meant."""
    done = flows("run", "dayly")
    assert done.returncode == 2
    assert "No job 'dayly' in the repository. Did you mean 'daily'?" in done.stderr


def test_a_run_outlives_whoever_looks_on(flows):
    """When the reader of the pipe goes away, the run goes on to its end."""
    command = flows.start("materialize", "configured", "--executor", "in_process")
    command.stdout.readline()
    command.stdout.close()
    assert command.stderr.read() == ""
    assert command.wait() == 0
    assert flows.json("runs", "list")[0]["status"] == "SUCCESS"
