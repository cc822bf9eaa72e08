"""Sensors, and the one that keeps assets up to date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from holdfast import (
    AssetKey,
    AssetOut,
    AssetSelection,
    DefaultSensorStatus,
    FreshnessPolicy,
    Instance,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvalidNameError,
    InvariantViolationError,
    LogicalVersion,
    RunRequest,
    SensorDefinition,
    SensorEvaluationContext,
    SkipReason,
    SourceAsset,
    UnknownSelectionError,
    asset,
    build_asset_reconciliation_sensor,
    build_sensor_context,
    define_asset_job,
    multi_asset,
    observable_source_asset,
    repository,
)

ALL = AssetSelection.all()
HOUR = FreshnessPolicy(maximum_lag_minutes=60)


def made(name: str, *upstream: str, policy: FreshnessPolicy | None = None) -> Any:
    """Return an asset that waits for others."""
    return asset(name=name, non_argument_deps=set(upstream), freshness_policy=policy)(lambda: 1)


def shop(*definitions: Any) -> Any:
    @repository
    def shop_repository() -> list[Any]:
        return list(definitions)

    return shop_repository


@attrs.define
class Watch:
    """A repository, what a sensor asks for, and runs; the cursor stays with it."""

    definitions: Sequence[Any]
    selection: AssetSelection = ALL
    now: datetime | None = None
    cursor: str | None = None
    instance: Instance = attrs.field(factory=Instance.ephemeral)

    def asks(self) -> str:
        """Return the assets that the sensor asks for, sorted, in one string."""
        repo = shop(*self.definitions)
        context = build_sensor_context(self.instance, self.cursor, None, repo, self.now)
        said = build_asset_reconciliation_sensor(self.selection).evaluate_tick(context)
        self.cursor = said.cursor
        return "".join(sorted(str(key) for each in said.run_requests for key in each.asset_selection or ()))

    def make(self, keys: str) -> None:
        """Make, or observe, the assets whose names are the letters."""
        job = shop(*self.definitions).get_job("__ASSET_JOB")
        job.execute_in_process(instance=self.instance, asset_selection=list(keys))


CHAIN = (made("a"), made("b", "a"), made("c", "b"))


# -- what it asks for ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        ([], "abc"),
        (["a"], "bc"),
        (["b"], "abc"),
        (["a", "b", "c"], ""),
        (["a", "b", "c", "a"], "bc"),
        (["a", "b", "c", "b"], "c"),
        (["a", "b", "c", "c"], ""),
    ],
)
def test_what_is_missing_or_behind_is_asked_for(before: list[str], asked: str) -> None:
    """Assets never made, assets made before what they read, and what reads those."""
    watch = Watch(CHAIN)
    for keys in before:
        watch.make(keys)
    assert watch.asks() == asked


def test_nothing_is_asked_for_twice() -> None:
    """The cursor remembers what was asked for, whether it was run or not."""
    watch = Watch(CHAIN)
    assert (watch.asks(), watch.asks()) == ("abc", "")
    watch.make("abc")
    assert watch.asks() == ""


def test_without_its_cursor_it_asks_again() -> None:
    """What it remembers is in the cursor alone."""
    watch = Watch(CHAIN)
    assert watch.asks() == "abc"
    watch.cursor = None
    assert watch.asks() == "abc"


def test_a_new_reason_is_a_new_request() -> None:
    """What was asked for and not made is asked for again when what it reads is made again."""
    watch = Watch(CHAIN)
    watch.asks()
    watch.make("a")
    assert (watch.asks(), watch.asks()) == ("bc", "")
    watch.make("a")
    assert watch.asks() == "bc"
    watch.make("bc")
    watch.make("a")
    assert (watch.asks(), watch.asks()) == ("bc", "")


@pytest.mark.parametrize("before", ["", "r"])
def test_each_input_is_a_reason_of_its_own(before: str) -> None:
    """Whichever of several inputs is made again, what reads it is asked for again."""
    watch = Watch([made("p"), made("q"), made("r", "p", "q")], AssetSelection.keys("r"))
    watch.make(f"pq{before}")
    watch.make("p")
    assert (watch.asks(), watch.asks()) == ("r", "")
    watch.make("q")
    assert (watch.asks(), watch.asks()) == ("r", "")
    watch.make("p")
    assert watch.asks() == "r"


def test_only_selected_assets_are_asked_for() -> None:
    """Others are waited for."""
    watch = Watch(CHAIN, AssetSelection.keys("a", "c"))
    assert watch.asks() == "a"
    watch.make("a")
    assert watch.asks() == ""
    watch.make("b")
    assert watch.asks() == "c"


def test_an_asset_waits_until_all_it_reads_is_there() -> None:
    """One missing input is enough to wait, even for an asset that was made before."""
    watch = Watch([made("p"), made("q"), made("r", "p", "q")], AssetSelection.keys("r"))
    watch.make("p")
    assert watch.asks() == ""
    watch.make("q")
    assert watch.asks() == "r"


def test_one_new_input_is_enough() -> None:
    """In a diamond the end is made again for either side."""
    watch = Watch([made("a"), made("b", "a"), made("c", "a"), made("d", "b", "c")])
    watch.make("abcd")
    watch.make("c")
    assert watch.asks() == "d"


def test_what_was_used_counts_and_not_when() -> None:
    """An asset made after its input, but of an older state of it, is behind."""
    watch = Watch(CHAIN[:2])
    watch.make("ab")
    first = watch.instance.event_store.latest_materializations([AssetKey("b")])[AssetKey("b")]
    watch.make("a")
    late = first._replace(timestamp=datetime.now(timezone.utc).timestamp(), run_id="slow")
    watch.instance.event_store.append([late])
    assert watch.asks() == "b"


def test_source_assets_are_there() -> None:
    """What reads source assets alone is asked for like a root."""
    watch = Watch([SourceAsset("s"), made("a", "s")])
    assert watch.asks() == "a"
    watch.make("a")
    assert watch.asks() == ""


def test_another_version_of_a_source_asset_is_a_reason() -> None:
    """An observation of the same version is none."""
    versions = iter(["old", "old", "new"])
    source = observable_source_asset(name="s")(lambda: LogicalVersion(next(versions)))
    watch = Watch([source, made("a", "s"), made("b", "a")])
    watch.make("s")
    watch.make("ab")
    watch.make("s")
    assert watch.asks() == ""
    watch.make("s")
    assert watch.asks() == "ab"


@pytest.mark.parametrize(("can_subset", "asked"), [(False, "xy"), (True, "x")])
def test_what_is_made_together_is_asked_for_together(can_subset: bool, asked: str) -> None:
    """A multi-asset that makes all or nothing is asked for as a whole, so that the request can be run."""

    @multi_asset(outs={"x": AssetOut(), "y": AssetOut(is_required=False)}, can_subset=can_subset)
    def both() -> tuple[int, int]:
        return 1, 2

    watch = Watch([both], AssetSelection.keys("x"))
    assert watch.asks() == asked
    watch.make(asked)
    assert watch.asks() == ""


def test_an_unknown_key_in_the_selection_is_an_error() -> None:
    """The repository has no such asset."""
    with pytest.raises(UnknownSelectionError, match="'nope'"):
        Watch(CHAIN, AssetSelection.keys("nope")).asks()


# -- freshness policies -------------------------------------------------------------------------------------


def later(minutes: int) -> datetime:
    return datetime.now(timezone.utc) + timedelta(minutes=minutes)


def test_an_asset_with_a_policy_is_not_made_before_it_must() -> None:
    """A new state of its input is no reason while the policy holds."""
    watch = Watch([made("a"), made("b", "a", policy=HOUR)])
    assert watch.asks() == "ab"
    watch.make("ab")
    watch.make("a")
    assert watch.asks() == ""


def test_when_the_policy_breaks_everything_it_needs_is_asked_for() -> None:
    """The asset and what it is made of, with what reads those; and nothing else, however old."""
    chain = [made("a"), made("b", "a"), made("c", "b", policy=HOUR), made("d", "c"), made("e", "a")]
    watch = Watch([*chain, made("f")])
    watch.make("abcdef")
    watch.now = later(59)
    assert watch.asks() == ""
    watch.now = later(61)
    assert watch.asks() == "abcde"


def test_fresh_data_further_up_is_used() -> None:
    """What has data that is new enough is not made again."""
    watch = Watch([made("a"), made("b", "a", policy=FreshnessPolicy(maximum_lag_minutes=0))])
    watch.make("ab")
    watch.make("a")
    made_again = watch.instance.event_store.latest_materializations([AssetKey("a")])[AssetKey("a")]
    watch.now = datetime.fromtimestamp(made_again.timestamp, timezone.utc)
    assert watch.asks() == "b"


def test_a_root_that_is_not_selected_cannot_be_made_newer() -> None:
    """An asset with all the data there is waits for more."""
    watch = Watch([made("a"), made("b", "a", policy=HOUR)], AssetSelection.keys("b"))
    watch.make("ab")
    watch.now = later(300)
    assert watch.asks() == ""
    watch.make("a")
    assert watch.asks() == "b"


def test_what_was_asked_for_is_expected() -> None:
    """A run that is still to come counts as done until the policy breaks again."""
    watch = Watch([made("a", policy=HOUR)])
    assert (watch.asks(), watch.asks()) == ("a", "")
    watch.now = later(61)
    assert (watch.asks(), watch.asks()) == ("a", "")


# -- the sensor and its requests ----------------------------------------------------------------------------


def test_every_parameter_reaches_the_sensor() -> None:
    """Its name, interval, description and status are those that were given, and tags those of its runs."""
    sensor = build_asset_reconciliation_sensor(
        ALL, "keep", 7, "Keeps up.", DefaultSensorStatus.RUNNING, {"team": "sales"}
    )
    assert (sensor.name, sensor.minimum_interval_seconds) == ("keep", 7)
    assert (sensor.description, sensor.default_status) == ("Keeps up.", DefaultSensorStatus.RUNNING)
    assert sensor.asset_selection is ALL
    context = build_sensor_context(Instance.ephemeral(), repository_def=shop(*CHAIN))
    (request,) = sensor.evaluate_tick(context).run_requests
    assert request.tags == {"team": "sales"}


def test_the_defaults_of_the_sensor() -> None:
    """It has a name, and is not evaluated unless one says so."""
    sensor = build_asset_reconciliation_sensor(ALL)
    assert (sensor.name, sensor.default_status) == (
        "asset_reconciliation_sensor",
        DefaultSensorStatus.STOPPED,
    )
    assert (sensor.minimum_interval_seconds, sensor.description) == (None, None)


def test_a_request_can_be_run() -> None:
    """It names the job over all assets and the assets, in order."""
    repo, instance = shop(*CHAIN), Instance.ephemeral()
    context = build_sensor_context(instance, repository_def=repo)
    (request,) = build_asset_reconciliation_sensor(ALL).evaluate_tick(context).run_requests
    assert (request.job_name, request.run_key, request.run_config) == ("__ASSET_JOB", None, {})
    assert [str(key) for key in request.asset_selection or ()] == ["a", "b", "c"]
    job = repo.get_job(request.job_name)
    run = job.execute_in_process(
        request.run_config, instance, asset_selection=request.asset_selection, tags=request.tags
    )
    assert run.success


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"asset_selection": "a"}, "asset_selection is an AssetSelection, not 'a'"),
        ({"minimum_interval_seconds": "x"}, "minimum_interval_seconds is a number of seconds"),
        ({"description": 4}, "description is a string"),
        ({"default_status": "RUNNING"}, "default_status is a DefaultSensorStatus"),
        ({"run_tags": {1: "a"}}, "a tag's label is a string"),
        ({"run_tags": {"a": object()}}, "tag 'a'"),
    ],
)
def test_wrong_arguments_are_refused(wrong: dict[str, Any], problem: str) -> None:
    """The message names the argument."""
    with pytest.raises(InvalidDefinitionError, match=problem):
        build_asset_reconciliation_sensor(**{"asset_selection": ALL, **wrong})


def test_a_sensors_name_follows_the_rule() -> None:
    """Letters, digits and underscores."""
    with pytest.raises(InvalidNameError, match="sensor name"):
        build_asset_reconciliation_sensor(ALL, "a b")


def test_a_cursor_of_something_else_is_refused() -> None:
    """The message says what to give."""
    with pytest.raises(InvariantViolationError, match="'17' is no cursor"):
        Watch(CHAIN, cursor="17").asks()


@pytest.mark.parametrize("missing", ["instance", "repository_def"])
def test_the_context_must_have_what_is_looked_at(missing: str) -> None:
    """The message says how to give it."""
    given = {"instance": Instance.ephemeral(), "repository_def": shop(*CHAIN), missing: None}
    with pytest.raises(InvariantViolationError, match=rf"build_sensor_context\({missing}="):
        build_asset_reconciliation_sensor(ALL)(build_sensor_context(**given))


# -- sensors in general -------------------------------------------------------------------------------------


def test_a_sensor_may_yield_requests() -> None:
    """Each gets the sensor's job unless it names its own; the cursor is for the next time."""

    def look(context: SensorEvaluationContext) -> Iterator[RunRequest]:
        context.update_cursor(f"{context.cursor}+1")
        yield RunRequest("first")
        yield RunRequest("second", job_name="own")

    said = SensorDefinition("s", evaluation_fn=look, job_name="usual").evaluate_tick(
        build_sensor_context(cursor="1")
    )
    assert [(each.run_key, each.job_name) for each in said.run_requests] == [
        ("first", "usual"),
        ("second", "own"),
    ]
    assert (said.cursor, said.skip_message) == ("1+1", None)


@pytest.mark.parametrize(
    ("said", "message"),
    [(SkipReason("quiet"), "quiet"), ([SkipReason("quiet")], "quiet"), (None, "nothing"), ([], "nothing")],
)
def test_a_sensor_may_ask_for_nothing(said: Any, message: str) -> None:
    """It may say why."""
    found = SensorDefinition("s", evaluation_fn=lambda: said).evaluate_tick(build_sensor_context())
    assert list(found.run_requests) == []
    assert message in (found.skip_message or "")


@pytest.mark.parametrize("said", [3, ["a"], [RunRequest(), SkipReason("x")], [SkipReason(), SkipReason()]])
def test_what_a_sensor_says_is_checked(said: Any) -> None:
    """Requests, or one reason."""
    with pytest.raises(InvariantViolationError, match=r"SensorDefinition\('s'\) gave"):
        SensorDefinition("s", evaluation_fn=lambda: said).evaluate_tick(build_sensor_context())


def test_a_sensor_can_be_called() -> None:
    """For tests, with a context if it takes one."""
    sensor = SensorDefinition("s", evaluation_fn=lambda context: SkipReason(context.repository_name))
    assert sensor(build_sensor_context(repository_name="shop")) == SkipReason("shop")
    assert sensor(build_sensor_context(repository_def=shop(*CHAIN))) == SkipReason("shop_repository")
    with pytest.raises(InvalidInvocationError, match="build_sensor_context"):
        sensor()


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"run_key": 5}, "run_key is a string"),
        ({"run_config": 3}, "run_config is a mapping"),
        ({"tags": {"a": 1}}, "value of a tag is a string"),
        ({"tags": {1: "a"}}, "label is a string"),
        ({"job_name": 4}, "job_name is a string"),
        ({"asset_selection": "a"}, "list of keys, not 'a'"),
        ({"asset_selection": [5]}, "5"),
    ],
)
def test_wrong_requests_are_refused(wrong: dict[str, Any], problem: str) -> None:
    """The message names the argument."""
    with pytest.raises(InvalidDefinitionError, match=problem):
        RunRequest(**wrong)


def test_a_skip_reason_is_text() -> None:
    """Or nothing."""
    assert SkipReason().skip_message is None
    with pytest.raises(InvalidDefinitionError, match="skip_message is a string"):
        SkipReason(5)  # type: ignore[arg-type]


def test_a_context_takes_an_instance() -> None:
    """Nothing else will do."""
    with pytest.raises(InvalidDefinitionError, match="an Instance, not 5"):
        build_sensor_context(5)  # type: ignore[arg-type]


# -- in a repository ----------------------------------------------------------------------------------------


def test_a_repository_has_sensors() -> None:
    """They are found by name; a job may have the same one."""
    sensor = build_asset_reconciliation_sensor(ALL, "keep")
    repo = shop(*CHAIN, [sensor, sensor], define_asset_job("keep"))
    assert repo.sensor_defs == [sensor]
    assert (repo.has_sensor_def("keep"), repo.has_sensor_def("kept")) == (True, False)
    assert repo.get_sensor_def("keep") is sensor
    with pytest.raises(InvariantViolationError, match=r"No sensor 'kept'.*Did you mean 'keep'"):
        repo.get_sensor_def("kept")


def test_two_sensors_of_one_name_are_refused() -> None:
    """The error names it."""
    with pytest.raises(InvalidDefinitionError, match="two sensors called 'keep'"):
        shop(*(build_asset_reconciliation_sensor(ALL, "keep") for _ in range(2)))


def test_a_repository_has_no_schedules() -> None:
    """Looking for one says so."""
    repo = shop(*CHAIN)
    assert (repo.schedule_defs, repo.has_schedule_def("nightly")) == ([], False)
    with pytest.raises(InvariantViolationError, match="No schedule 'nightly'"):
        repo.get_schedule_def("nightly")
