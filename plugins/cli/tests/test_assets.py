"""``holdfast assets`` and ``holdfast jobs``: what there is."""

from __future__ import annotations


def test_the_list_has_every_asset_and_source_asset(shop):
    """The list has each asset with its group and kind, and when it was made last."""
    lines = shop.lines("assets", "list")
    cells = {line.split()[0]: line.split()[1:] for line in lines}
    assert lines[0].split()[:3] == ["asset", "group", "kind"]
    assert list(cells)[1:] == ["shelves", "orders", "customers", "out/revenue", "best", "worst"]
    assert cells["shelves"] == ["default", "(source)"]
    assert cells["orders"][:2] == ["raw", "python"]


def test_times_are_local_with_their_zone(shop):
    """People read times in their own zone."""
    line = shop("assets", "list", "orders", TZ="XYZ-3").stdout.splitlines()[1]
    assert line.endswith(" XYZ")


def test_a_selection_narrows_the_list(shop):
    """Selections, positional or as options, are united."""
    listed = shop.json("assets", "list", "group:extremes", "--select", "orders")
    assert [asset["key"] for asset in listed] == ["orders", "best", "worst"]


def test_the_list_as_json(shop):
    """Scripts get what the list shows, with times in UTC."""
    shelves, orders = shop.json("assets", "list", "shelves", "orders")
    assert (shelves["source"], shelves["materialization"]) == (True, None)
    assert (orders["group"], orders["kind"], orders["source"]) == ("raw", "python", False)
    assert orders["materialization"]["time"].endswith("Z")


def test_an_asset_is_shown_with_all_that_is_known(shop):
    """One asset is shown with its text, place, neighbours, labels and last materialization."""
    lines = shop.lines("assets", "show", "orders")
    assert lines[:4] == ["orders", "  Every order.", "", "  With its price."]
    assert "read by:    out/revenue, best, worst" in lines
    assert f"defined at: {shop.directory / 'flows.py'}:7" in lines
    assert lines[lines.index("tags:") + 1] == "  team: sales"
    assert lines[lines.index("metadata:") + 1] == "  owner: shop"
    assert any(line.startswith("last materialized 2") for line in lines)


def test_an_asset_of_several_parts_is_named_with_slashes(shop):
    """A key's parts are joined by slashes."""
    shown = shop.json("assets", "show", "out/revenue")
    assert shown["upstream"] == ["orders", "customers"]
    assert shown["downstream"] == []


def test_metadata_of_the_materialization_is_shown(shop):
    """What the function and the IO manager said is there, as plain values."""
    metadata = shop.json("assets", "show", "best")["materialization"]["metadata"]
    assert metadata["rows"] == 2
    assert metadata["size_bytes"] > 0


def test_a_source_asset_is_shown(shop):
    """A source asset is shown as one."""
    lines = shop.lines("assets", "show", "shelves")
    assert lines[:2] == ["shelves (source asset)", "  counted by hand"]


def test_a_key_with_slashes_in_a_part_is_shown(project):
    """A key is found as it is printed; two that are printed alike are told apart as in selections."""
    sources = project(
        'from holdfast import SourceAsset\nx = [SourceAsset(["a", "b"], description="two parts"),'
        ' SourceAsset("a/b", description="one part"), SourceAsset("c d/e")]\n'
    )
    assert sources.json("assets", "show", "c d/e")["key"] == "c d/e"
    assert sources.json("assets", "show", 'key:["a/b"]')["description"] == "one part"


def test_a_selection_of_several_is_not_one_asset(shop):
    """Where one asset is taken, a selection of more is refused."""
    done = shop("assets", "show", "group:raw")
    assert done.returncode == 2
    assert "'group:raw' means 2 assets" in done.stderr


def test_jobs_are_listed(shop):
    """The list of jobs has the repository's, and the one over all assets."""
    daily, everything = shop.json("jobs", "list")
    assert (daily["name"], daily["assets"], daily["description"]) == ("daily", 4, "every morning")
    assert everything["assets"] == 5
    assert shop.lines("jobs", "list")[1].split()[:3] == ["daily", "4", "orders*"]
