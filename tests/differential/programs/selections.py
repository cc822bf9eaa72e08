"""The algebra of selections."""

from differential.answers import error, plain, refused


def _assets(api):
    """Return raw (a source) -> a -> b -> d, a -> c -> d -> e; groups one (a, b), two (c); prefix p on d."""

    def make(name, *ups, **kwargs):
        ins = {up: api.AssetIn(key) for up, key in ups}
        code = f"lambda {', '.join(up for up, _ in ups)}: 1"
        return api.asset(name=name, ins=ins, **kwargs)(eval(code))

    return [
        api.SourceAsset("raw", group_name="one"),
        make("a", ("raw", "raw"), group_name="one"),
        make("b", ("a", "a"), group_name="one"),
        make("c", ("a", "a"), group_name="two"),
        make("d", ("b", "b"), ("c", "c"), key_prefix="p"),
        make("e", ("d", ["p", "d"])),
    ]


def _resolve(api, selection):
    problem = error(selection.resolve, _assets(api))
    return plain(selection.resolve(_assets(api))) if problem == "no error" else problem


def all_assets(api):
    """`all` leaves source assets out."""
    return _resolve(api, api.AssetSelection.all())


def by_keys(api):
    """`keys` takes text with slashes, lists and keys."""
    keys = api.AssetSelection.keys
    return [_resolve(api, keys("a", "p/d")), _resolve(api, keys(["p", "d"], api.AssetKey("b")))]


def unknown_keys(api):
    """A key that nothing supplies."""
    keys = api.AssetSelection.keys
    return [_resolve(api, keys("nowhere")), _resolve(api, keys("a", "d")), _resolve(api, keys("raw"))]


def by_groups(api):
    """`groups` takes names of groups; those without one are in the default."""
    groups = api.AssetSelection.groups
    return [
        _resolve(api, groups("one")),
        _resolve(api, groups("one", "two")),
        _resolve(api, groups("default")),
    ]


def unknown_group(api):
    """A group that no asset has."""
    return _resolve(api, api.AssetSelection.groups("nowhere"))


def by_definitions(api):
    """`assets` takes definitions, of one key or several."""
    a = next(each for each in _assets(api)[1:])

    @api.multi_asset(outs={"x": api.AssetOut(), "y": api.AssetOut()})
    def pair():
        return 1, 2

    return [
        _resolve(api, api.AssetSelection.assets(a)),
        plain(api.AssetSelection.assets(pair).resolve([pair])),
    ]


def downstream(api):
    """`downstream` goes all the way, or to a depth."""
    a = api.AssetSelection.keys("a")
    return [
        _resolve(api, each)
        for each in (a.downstream(), a.downstream(1), a.downstream(depth=2), a.downstream(0))
    ]


def upstream(api):
    """`upstream` goes all the way, or to a depth; source assets may be reached."""
    e = api.AssetSelection.keys("e")
    return [_resolve(api, each) for each in (e.upstream(), e.upstream(1), e.upstream(depth=2), e.upstream(0))]


def without_self(api):
    """`include_self=False` leaves out what was selected."""
    keys = api.AssetSelection.keys
    return [
        _resolve(api, keys("a").downstream(include_self=False)),
        _resolve(api, keys("e").upstream(include_self=False)),
        _resolve(api, keys("a", "b").downstream(1, include_self=False)),
    ]


def depths_that_are_wrong(api):
    """A depth is a number from zero."""
    a = api.AssetSelection.keys("a")
    return [error(lambda: _resolve(api, a.downstream("x"))), error(lambda: _resolve(api, a.upstream(1.5)))]


def union_intersection_difference(api):
    """`|`, `&` and `-`."""
    one, b, down = (
        api.AssetSelection.groups("one"),
        api.AssetSelection.keys("b", "c"),
        api.AssetSelection.keys("b").downstream(),
    )
    return [
        _resolve(api, one | b),
        _resolve(api, one & b),
        _resolve(api, one - b),
        _resolve(api, (one | b) & down),
    ]


def operators_with_other_things(api):
    """The operators combine selections."""
    one = api.AssetSelection.groups("one")
    return [refused(lambda: one | "b"), refused(lambda: one & 3), refused(lambda: one - ["b"])]


def sources_and_sinks(api):
    """`sources` and `sinks` look inside the selection only."""
    keys, everything = api.AssetSelection.keys, api.AssetSelection.all()
    return [
        _resolve(api, everything.sources()),
        _resolve(api, everything.sinks()),
        _resolve(api, keys("b", "c", "p/d").sources()),
        _resolve(api, keys("a", "b", "c").sinks()),
        _resolve(api, keys("a", "e").sinks()),
    ]


def chains(api):
    """Selections build on selections."""
    keys = api.AssetSelection.keys
    return [
        _resolve(api, keys("b").downstream().upstream()),
        _resolve(api, (keys("b").downstream() - keys("e")).sinks()),
        _resolve(api, api.AssetSelection.groups("one").downstream(1) - api.AssetSelection.groups("one")),
    ]


def empty_selections(api):
    """A selection may be empty."""
    keys = api.AssetSelection.keys
    return [_resolve(api, keys("a") & keys("b")), _resolve(api, keys("a") - keys("a")), _resolve(api, keys())]


def wrong_types(api):
    """Arguments of a wrong type."""
    chosen = api.AssetSelection
    return [error(lambda: _resolve(api, chosen.keys(3))), error(lambda: _resolve(api, chosen.groups(3)))]


def unselected_part_of_a_multi_asset(api):
    """A selection is of keys: part of a multi-asset is selected before anybody asks whether it can be."""

    @api.multi_asset(outs={"x": api.AssetOut(), "y": api.AssetOut()})
    def pair():
        return 1, 2

    return plain(api.AssetSelection.keys("x").resolve([pair]))


def upstream_inside_a_multi_asset(api):
    """Dependencies inside a multi-asset count."""

    @api.multi_asset(
        outs={"x": api.AssetOut(), "y": api.AssetOut()},
        internal_asset_deps={"x": set(), "y": {api.AssetKey("x")}},
    )
    def pair():
        return 1, 2

    keys = api.AssetSelection.keys
    return [plain(keys("y").upstream().resolve([pair])), plain(keys("x").downstream().resolve([pair]))]
