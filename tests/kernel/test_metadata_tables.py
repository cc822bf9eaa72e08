"""Tables as metadata: schemas, rows, and what becomes of them in JSON."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from holdfast import (
    InvalidMetadata,
    MetadataValue,
    TableColumn,
    TableColumnConstraints,
    TableConstraints,
    TableRecord,
    TableSchema,
)

FULL = TableSchema(
    [TableColumn("a", "int", "a number", TableColumnConstraints(nullable=False, unique=True, other=["> 0"]))],
    TableConstraints(["a < 10"]),
)


def test_column() -> None:
    """A column is a text of which nothing is said unless it is."""
    column = TableColumn("a")
    assert (column.name, column.type, column.description) == ("a", "string", None)
    assert column.constraints == TableColumnConstraints(nullable=True, unique=False, other=[])


def test_schema() -> None:
    """A schema keeps its columns and constraints in order."""
    column = FULL.columns[0]
    assert (column.type, column.description, column.constraints.other) == ("int", "a number", ["> 0"])
    assert (column.constraints.nullable, column.constraints.unique) == (False, True)
    assert FULL.constraints.other == ["a < 10"]
    assert TableSchema([]).constraints == TableConstraints([])


def test_schema_of_names() -> None:
    """A schema can be made of names and types."""
    schema = TableSchema.from_name_type_dict({"a": "int", "b": "string"})
    assert schema == TableSchema([TableColumn("a", "int"), TableColumn("b", "string")])


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (TableColumn, {"name": 1}, "TableColumn: name is a string, not 1"),
        (TableColumn, {"name": "a", "type": int}, "TableColumn: type is a string, not <class"),
        (TableColumn, {"name": "a", "description": 1}, "TableColumn: description is a string, not 1"),
        (
            TableColumn,
            {"name": "a", "constraints": 1},
            "TableColumn: constraints is a TableColumnConstraints",
        ),
        (TableColumnConstraints, {"nullable": "x"}, "nullable is True or False, not 'x'"),
        (TableColumnConstraints, {"unique": "x"}, "unique is True or False, not 'x'"),
        (TableColumnConstraints, {"other": "abc"}, "other is a list of strings, not 'abc'"),
        (TableConstraints, {"other": [1]}, "other is a list of strings, not .1"),
        (TableSchema, {"columns": ["a"]}, "columns is a list of TableColumn, not .'a'"),
        (TableSchema, {"columns": 3}, "columns is a list of TableColumn, not 3"),
        (TableConstraints, {"other": 3}, "other is a list of strings, not 3"),
        (
            TableSchema,
            {"columns": [], "constraints": 1},
            "TableSchema: constraints is a TableConstraints, not 1",
        ),
        (TableRecord, {"a": [1]}, "TableRecord: 'a' is a string, a number, a truth value or None, not .1"),
    ],
)
def test_wrong_types(kind: Any, arguments: dict[str, Any], message: str) -> None:
    """An argument of the wrong type is an error that names it."""
    with pytest.raises(InvalidMetadata, match=message):
        kind(**arguments)


def test_record() -> None:
    """A row is its values by column, numpy's numbers among them; any name will do for a column."""
    record = TableRecord(a=np.int64(1), b="x", c=None, d=True, self=1.5)
    assert record.data == {"a": 1, "b": "x", "c": None, "d": True, "self": 1.5}
    assert type(record.data["a"]) is int
    assert TableRecord(a=1) == TableRecord(a=1) != TableRecord(a=2)


def test_table() -> None:
    """A table has the columns of its rows, with the types of the first."""
    value = MetadataValue.table([TableRecord(a=1, b="x", c=1.5, d=True, e=None)])
    assert value.kind == "table"
    assert value.records == value.value.records == [TableRecord(a=1, b="x", c=1.5, d=True, e=None)]
    types = {column.name: column.type for column in value.schema.columns}
    assert types == {"a": "int", "b": "string", "c": "float", "d": "bool", "e": "string"}


def test_table_with_schema() -> None:
    """A table takes a schema, and then may have no rows."""
    assert MetadataValue.table([], FULL).schema == FULL
    assert MetadataValue.table_schema(FULL).schema == FULL


@pytest.mark.parametrize(
    ("records", "schema", "message"),
    [
        ([], None, "a table without rows needs a schema"),
        ([TableRecord(a=1), TableRecord(b=1)], None, "the rows have different columns: a; b"),
        ([{"a": 1}], None, "records is a list of TableRecord, not ..'a': 1"),
        (3, None, "records is a list of TableRecord, not 3"),
        ([TableRecord(a=1)], {"a": "int"}, "schema is a TableSchema, not .'a'"),
    ],
)
def test_wrong_table(records: Any, schema: Any, message: str) -> None:
    """A table that does not hold together is an error that says why."""
    with pytest.raises(InvalidMetadata, match=message):
        MetadataValue.table(records, schema)


def test_round_trip() -> None:
    """Schemas and tables come back equal from JSON."""
    for value in (MetadataValue.table_schema(FULL), MetadataValue.table([TableRecord(a=1)], FULL)):
        assert MetadataValue.from_json(json.loads(json.dumps(value.to_json()))) == value


def test_no_number() -> None:
    """Numbers that JSON lacks are texts in the rows of a table."""
    text = json.dumps(MetadataValue.table([TableRecord(a=math.nan)]).to_json(), allow_nan=False)
    assert MetadataValue.from_json(json.loads(text)).value.records == [TableRecord(a="nan")]
