"""`SourceAsset`: what is read and not made."""

from differential.answers import error, metadata, outcome, plain, recorder, refused


def loaded_through_its_io_manager_key(api):
    """A source asset is loaded through the IO manager it names."""
    manager, stored = recorder(api)
    stored["p/raw"] = [1, 2]
    raw = api.SourceAsset(["p", "raw"], io_manager_key="lake")

    @api.asset(ins={"raw": api.AssetIn(["p", "raw"])})
    def total(raw):
        return sum(raw)

    result = api.materialize([raw, total], resources={"lake": manager})
    return [result.output_for_node("total"), outcome(result)]


def loaded_through_its_io_manager_def(api):
    """`io_manager_def` serves the source asset alone."""
    manager, stored = recorder(api)
    stored["raw"] = 4
    raw = api.SourceAsset("raw", io_manager_def=manager)

    @api.asset
    def child(raw):
        return raw

    return [api.materialize([raw, child]).output_for_node("child"), stored]


def resource_defs_of_the_manager(api):
    """`resource_defs` bring what its IO manager requires."""

    @api.io_manager(required_resource_keys={"base"})
    def manager(context):
        base = context.resources.base

        class Manager(api.IOManager):
            def handle_output(self, context, obj):
                pass

            def load_input(self, context):
                return base

        return Manager()

    defs = {"base": api.ResourceDefinition.hardcoded_resource(9)}
    raw = api.SourceAsset("raw", io_manager_def=manager, resource_defs=defs)

    @api.asset
    def child(raw):
        return raw

    return api.materialize([raw, child]).output_for_node("child")


def both_io_managers(api):
    """A source asset has an IO manager or the key of one."""
    manager, _ = recorder(api)
    return refused(lambda: api.SourceAsset("raw", io_manager_key="lake", io_manager_def=manager))


def metadata_and_description(api):
    """Metadata and description are on the definition."""
    raw = api.SourceAsset(
        "raw", metadata={"rows": 3, "url": api.MetadataValue.url("http://x")}, description="Raw."
    )
    return [metadata(raw.metadata), raw.description, plain(raw.key), raw.is_observable]


def metadata_reaches_the_manager(api):
    """The IO manager that loads sees the metadata of the source asset as that of the output."""
    seen = {}

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            pass

        def load_input(self, context):
            seen.update(metadata(context.upstream_output.metadata))
            return 1

    @api.asset
    def child(raw):
        return raw

    api.materialize([api.SourceAsset("raw", metadata={"n": 1}), child], resources={"io_manager": Manager()})
    return seen


def keys_of_any_text(api):
    """The key of a source asset holds any text."""
    return [api.SourceAsset(key).key.path for key in ("a b", ["x.y", "z-1"], api.AssetKey("class"))]


def group_of_a_source(api):
    """A source asset may have a group; the default is as for assets."""
    return [api.SourceAsset("a", group_name="g").group_name, api.SourceAsset("b").group_name]


def group_that_is_wrong(api):
    """Group names are letters, digits and underscores."""
    return error(lambda: api.SourceAsset("a", group_name="a b"))


def source_and_asset_of_one_key(api):
    """One key as a source and as an asset."""

    @api.asset
    def a():
        return 1

    def make():
        @api.repository
        def repo():
            return [a, api.SourceAsset("a")]

        return repo

    return [error(make), error(api.materialize, [a, api.SourceAsset("a")])]


def source_alone_is_not_made(api):
    """A selection of a source asset alone."""

    @api.asset
    def a(raw):
        return 1

    def make():
        @api.repository
        def repo():
            return [a, api.SourceAsset("raw"), api.define_asset_job("j", selection="raw")]

        return repo.get_job("j")

    return error(make)


def wrong_types(api):
    """Arguments of a wrong type."""
    return [
        error(lambda: api.SourceAsset(3)),
        error(lambda: api.SourceAsset("a", metadata=3)),
        error(lambda: api.SourceAsset("a", io_manager_def=3)),
        error(lambda: api.SourceAsset("a", resource_defs=3)),
    ]


def source_that_nobody_stored(api):
    """Loading what was never stored fails the step that asks."""

    @api.asset
    def child(raw):
        return raw

    result = api.materialize([api.SourceAsset("raw"), child], raise_on_error=False)
    return outcome(result)


def to_source_assets(api):
    """An asset as what others read."""

    @api.asset(key_prefix="p", io_manager_key="lake", metadata={"n": 1}, group_name="g", description="Made.")
    def a():
        return 1

    (source,) = a.to_source_assets()
    return [
        plain(source.key),
        source.io_manager_key,
        metadata(source.metadata),
        source.group_name,
        source.description,
    ]


def same_group_finds_a_prefixed_source(api):
    """A bare argument and a source asset of that name with a prefix, in one group."""
    manager, stored = recorder(api)
    stored["p/raw"] = 5
    raw = api.SourceAsset(["p", "raw"], group_name="g")

    @api.asset(group_name="g")
    def child(raw):
        return raw

    return api.materialize([raw, child], resources={"io_manager": manager}).output_for_node("child")
