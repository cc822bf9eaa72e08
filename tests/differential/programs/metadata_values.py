"""Metadata values of every kind."""

from differential.answers import error, metadata, plain


def _recorded(api, given):
    """Return what an output's metadata is on the materialization."""

    @api.asset
    def a():
        return api.Output(1, metadata=given)

    return api.materialize_to_memory([a]).asset_materializations_for_node("a")[0].metadata


def plain_values(api):
    """Python's values get the kind that is theirs."""
    found = _recorded(api, {"i": 1, "f": 1.5, "s": "x", "b": True, "d": {"a": [1]}})
    return metadata(found)


def kinds_of_plain_values(api):
    """The kinds of Python's values are those of the constructors."""
    found = _recorded(api, {"i": 1, "f": 1.5, "s": "x", "b": True, "d": {"a": 1}, "k": api.AssetKey("a")})
    value = api.MetadataValue
    expected = {
        "i": value.int(1),
        "f": value.float(1.5),
        "s": value.text("x"),
        "b": value.bool(True),
        "d": value.json({"a": 1}),
        "k": value.asset(api.AssetKey("a")),
    }
    return {label: found[label] == expected[label] for label in expected}


def constructors(api):
    """Every constructor keeps its value."""
    value = api.MetadataValue
    given = {
        "text": value.text("t"),
        "url": value.url("http://x"),
        "path": value.path("/a/b"),
        "notebook": value.notebook("/a.ipynb"),
        "json": value.json({"a": 1}),
        "md": value.md("# x"),
        "int": value.int(1),
        "float": value.float(2.5),
        "bool": value.bool(False),
    }
    return [metadata(given), metadata(_recorded(api, given))]


def asset_key_as_a_value(api):
    """A key is the value of the kind asset."""
    return plain(api.MetadataValue.asset(api.AssetKey(["p", "a"])).asset_key)


def constructors_of_wrong_types(api):
    """A constructor takes its type."""
    value = api.MetadataValue
    return {
        "text": error(value.text, 1),
        "url": error(value.url, 1),
        "path": error(value.path, 1),
        "json": error(value.json, object()),
        "md": error(value.md, 1),
        "int": error(value.int, "x"),
        "float": error(value.float, "x"),
        "bool": error(value.bool, "x"),
        "asset": error(value.asset, 3),
    }


def infinite_floats(api):
    """Infinite floats are kept."""
    value = api.MetadataValue
    return [
        plain(value.float(float("inf")).value),
        plain(_recorded(api, {"f": float("nan")})["f"].value),
    ]


def unserialisable_value(api):
    """What cannot be serialised."""

    return error(_recorded, api, {"o": object()})


def unserialisable_inside(api):
    """What cannot be serialised inside of what can."""
    return error(_recorded, api, {"nested": {"a": object()}})


def lists_and_none(api):
    """Lists and None as metadata."""
    return [error(_recorded, api, {"l": [1, "x"]}), error(_recorded, api, {"n": None})]


def path_like(api):
    """A path of pathlib is a path."""
    from pathlib import PurePosixPath

    return metadata({"p": api.MetadataValue.path(PurePosixPath("/a/b"))})


def python_artifact(api):
    """A class or function by its module and name."""
    import collections

    found = api.MetadataValue.python_artifact(collections.OrderedDict)
    return [found.module, found.name, error(api.MetadataValue.python_artifact, 3)]


def tables(api):
    """Records of a table, with a schema that may be inferred."""
    records = [api.TableRecord(a=1, b="x"), api.TableRecord(a=2, b="y")]
    table = api.MetadataValue.table(records)
    return [
        [dict(record.data) for record in table.records],
        [[column.name, column.type] for column in table.schema.columns],
        error(api.MetadataValue.table, [{"a": 1}]),
    ]


def table_schemas(api):
    """A schema has columns with types, descriptions and constraints."""
    schema = api.TableSchema(
        columns=[
            api.TableColumn(
                "id", "int", "The id.", api.TableColumnConstraints(nullable=False, unique=True, other=["> 0"])
            ),
            api.TableColumn("name"),
        ],
        constraints=api.TableConstraints(other=["rows > 1"]),
    )
    first, second = schema.columns
    return [
        [first.name, first.type, first.description, first.constraints.nullable, first.constraints.unique],
        [
            second.name,
            second.type,
            second.description,
            second.constraints.nullable,
            second.constraints.unique,
        ],
        plain(first.constraints.other),
        plain(schema.constraints.other),
        api.MetadataValue.table_schema(schema).schema == schema,
    ]


def table_schema_from_names(api):
    """A schema from names and types."""
    schema = api.TableSchema.from_name_type_dict({"a": "int", "b": "string"})
    return [[column.name, column.type] for column in schema.columns]


def tables_of_wrong_types(api):
    """Columns, constraints and records have their types."""
    return [
        error(lambda: api.TableSchema(columns=3)),
        error(lambda: api.TableSchema(columns=["a"])),
        error(lambda: api.TableColumn(3)),
        error(lambda: api.TableColumnConstraints(nullable="x")),
        error(lambda: api.TableConstraints(other=3)),
        error(lambda: api.MetadataValue.table_schema(3)),
        error(lambda: api.TableRecord(a=object())),
    ]


def metadata_added_in_the_io_manager(api):
    """What an IO manager adds is on the materialization, beside the output's own."""

    class Adds(api.IOManager):
        def handle_output(self, context, obj):
            context.add_output_metadata({"added": 1})

        def load_input(self, context):
            return None

    @api.asset
    def a():
        return api.Output(1, metadata={"own": 0})

    result = api.materialize([a], resources={"io_manager": Adds()})
    return metadata(result.asset_materializations_for_node("a")[0].metadata)


def metadata_returned_by_the_io_manager(api):
    """What an IO manager returns as metadata."""

    class Returns(api.IOManager):
        def handle_output(self, context, obj):
            return {"returned": 2}

        def load_input(self, context):
            return None

    @api.asset
    def a():
        return 1

    result = api.materialize([a], resources={"io_manager": Returns()})
    return metadata(result.asset_materializations_for_node("a")[0].metadata)


def metadata_yielded_in_the_io_manager(api):
    """An IO manager that is a generator."""

    class Yields(api.IOManager):
        def handle_output(self, context, obj):
            yield api.MetadataEntry("yielded", value=3)

        def load_input(self, context):
            return None

    @api.asset
    def a():
        return 1

    result = api.materialize([a], resources={"io_manager": Yields()})
    return metadata(result.asset_materializations_for_node("a")[0].metadata)


def metadata_added_twice(api):
    """The same label from the output and from the IO manager."""

    class Adds(api.IOManager):
        def handle_output(self, context, obj):
            context.add_output_metadata({"x": 1})
            context.add_output_metadata({"y": 2})

        def load_input(self, context):
            return None

    @api.asset
    def a():
        return 1

    result = api.materialize([a], resources={"io_manager": Adds()})
    return metadata(result.asset_materializations_for_node("a")[0].metadata)


def metadata_entries(api):
    """An entry has a label, a value and a description."""
    entry = api.MetadataEntry("rows", description="How many.", value=3)
    made = api.AssetMaterialization("a", metadata_entries=[entry])
    return [entry.label, entry.description, metadata({"v": entry.entry_data}), metadata(made.metadata)]


def metadata_of_wrong_types(api):
    """Metadata is a mapping of text to values."""
    return [
        error(lambda: api.Output(1, metadata=3)),
        error(lambda: api.Output(1, metadata={1: "x"})),
        error(lambda: api.AssetOut(metadata=[1])),
        error(lambda: api.Output(1, output_name=3)),
    ]
