"""``holdfast plan``: what would be made, in which order, and why."""

from __future__ import annotations


def test_the_plan_says_why_each_step_is_there(shop):
    """Each step stands in order, with the reason why it is selected and what it loads."""
    lines = shop.lines("plan", "--select", "*out/revenue")
    assert lines == [
        "Plan of 3 steps for *out/revenue",
        "  1. orders: upstream of out/revenue",
        "  2. customers: upstream of out/revenue",
        "  3. out__revenue: named by key:out/revenue",
        "     makes out/revenue",
        "     loads orders, customers",
    ]


def test_the_plan_as_json(shop):
    """Scripts get the steps with their assets, reasons and what they load."""
    plan = shop.json("plan", "best", "worst")
    (step,) = plan["steps"]
    assert (step["key"], step["assets"], step["loads"]) == ("extremes", ["best", "worst"], ["orders"])


def test_planning_makes_nothing(project):
    """A plan runs no asset and records nothing."""
    flows = project("from holdfast import asset\n@asset\ndef a():\n    open('made', 'w')\n")
    flows.lines("plan")
    assert not (flows.directory / "made").exists()
    assert flows.json("runs", "list") == []


def test_a_syntax_error_points_at_the_character(shop):
    """A selection that cannot be read is an error that points at the character."""
    done = shop("plan", "orders and (customers")
    assert done.returncode == 2
    assert done.stderr.splitlines()[1:] == ["  orders and (customers", "             ^"]


def test_some_assets_of_a_whole_are_refused(shop):
    """Part of a multi-asset that makes all or nothing is refused, naming the rest."""
    done = shop("plan", "best")
    assert done.returncode == 2
    assert "worst" in done.stderr
