"""Code versions, and what is recorded of them."""

from differential.answers import error


def op_version_of_an_asset(api):
    """`op_version` is the version of the computation."""

    @api.asset(op_version="v1")
    def a():
        return 1

    @api.asset
    def b():
        return 1

    return [a.op.version, b.op.version]


def version_of_an_op(api):
    """An op has the version it was given."""

    @api.op(version="v2")
    def a():
        return 1

    return a.version


def version_of_a_wrong_type(api):
    """A version is text."""

    def a():
        return 1

    return [error(lambda: api.asset(op_version=3)(a)), error(lambda: api.op(version=3)(a))]


def _versions(api, make, runs=2):
    """Return which of an asset's materializations over runs share a tag of versions."""
    instance = api.Instance.ephemeral()
    found = []
    for _ in range(runs):
        result = api.materialize(make(), instance=instance)
        (made,) = result.asset_materializations_for_node("last")
        found.append({name.split("/")[-1]: value for name, value in (made.tags or {}).items()})
    return found


def code_version_is_recorded(api):
    """The code version is among the tags of the materialization."""

    def make():
        @api.asset(op_version="v3")
        def last():
            return 1

        return [last]

    return ["v3" in tags.values() for tags in _versions(api, make)]


def same_versions_same_logical_version(api):
    """With code versions all the way, the same code gives the same logical version."""

    def make():
        @api.asset(op_version="v1")
        def first():
            return 1

        @api.asset(op_version="v1")
        def last(first):
            return first

        return [first, last]

    one, two = _versions(api, make)
    return one["logical_version"] == two["logical_version"]


def without_a_code_version(api):
    """Without a code version, every run gives a new logical version."""

    def make():
        @api.asset
        def last():
            return 1

        return [last]

    one, two = _versions(api, make)
    return one["logical_version"] == two["logical_version"]


def another_code_version(api):
    """Another code version gives another logical version."""

    def make(version):
        @api.asset(op_version=version)
        def last():
            return 1

        return [last]

    (one,), (two,) = (_versions(api, lambda v=v: make(v), runs=1) for v in ("v1", "v2"))
    return one["logical_version"] == two["logical_version"]


def version_of_an_upstream_counts(api):
    """Another version upstream gives another logical version downstream."""

    def make(version):
        @api.asset(op_version=version)
        def first():
            return 1

        @api.asset(op_version="v1")
        def last(first):
            return first

        return [first, last]

    (one,), (two,) = (_versions(api, lambda v=v: make(v), runs=1) for v in ("v1", "v2"))
    return one["logical_version"] == two["logical_version"]


def version_of_a_resource(api):
    """A resource has the version it was given."""

    @api.resource(version="v4")
    def r(context):
        return 1

    return r.version
