"""Tables as metadata: what columns a table has, and rows of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from holdfast.errors import InvalidMetadata

__all__ = [
    "Table",
    "TableColumn",
    "TableColumnConstraints",
    "TableConstraints",
    "TableRecord",
    "TableSchema",
    "unwrap_scalar",
]

_TYPE_NAMES: Mapping[type, str] = {bool: "bool", int: "int", float: "float"}


def _is(kind: type | tuple[type, ...], what: str) -> Any:
    def check(owner: object, field: Any, value: object) -> None:
        if not isinstance(value, kind):
            raise InvalidMetadata(f"{type(owner).__name__}: {field.name} is {what}, not {value!r}.")

    return check


def _strings(values: Sequence[str] | None) -> list[str]:
    if values is None:
        return []
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
        raise InvalidMetadata(f"Table constraints: other is a list of strings, not {values!r}.")
    return list(values)


_text, _flag = _is(str, "a string"), _is(bool, "True or False")
_optional_text = _is((str, type(None)), "a string")


@attrs.frozen
class TableColumnConstraints:
    """What is true of all values of a column.

    Args:
        nullable: whether a value may be missing.
        unique: whether no two values are the same.
        other: anything else, in words.
    """

    nullable: bool = attrs.field(default=True, validator=_flag)
    unique: bool = attrs.field(default=False, validator=_flag)
    other: list[str] = attrs.field(default=None, converter=_strings)


@attrs.frozen
class TableConstraints:
    """What is true of a whole table.

    Args:
        other: each constraint, in words.
    """

    other: list[str] = attrs.field(converter=_strings)


def _column_constraints(given: TableColumnConstraints | None) -> TableColumnConstraints:
    return TableColumnConstraints() if given is None else given


def _table_constraints(given: TableConstraints | None) -> TableConstraints:
    return TableConstraints([]) if given is None else given


@attrs.frozen
class TableColumn:
    """A column of a table.

    Args:
        name: its name.
        type: what its values are, in the words of whatever holds the table.
        description: what it means.
        constraints: what is true of all its values.
    """

    name: str = attrs.field(validator=_text)
    type: str = attrs.field(default="string", validator=_text)
    description: str | None = attrs.field(default=None, validator=_optional_text)
    constraints: TableColumnConstraints = attrs.field(
        default=None,
        converter=_column_constraints,
        validator=_is(TableColumnConstraints, "a TableColumnConstraints"),
    )


def _columns(columns: Sequence[TableColumn]) -> list[TableColumn]:
    if not isinstance(columns, Sequence) or not all(isinstance(column, TableColumn) for column in columns):
        raise InvalidMetadata(f"TableSchema: columns is a list of TableColumn, not {columns!r}.")
    return list(columns)


@attrs.frozen
class TableSchema:
    """The columns of a table, in order.

    Args:
        columns: the columns.
        constraints: what is true of the whole table.

    Raises:
        InvalidMetadata: an argument, or a part of one, is of the wrong type.
    """

    columns: list[TableColumn] = attrs.field(converter=_columns)
    constraints: TableConstraints = attrs.field(
        default=None,
        converter=_table_constraints,
        validator=_is(TableConstraints, "a TableConstraints"),
    )

    @staticmethod
    def from_name_type_dict(name_type_dict: Mapping[str, str]) -> TableSchema:
        """Return the schema of columns given as a mapping of their names to their types."""
        return TableSchema([TableColumn(name, kind) for name, kind in name_type_dict.items()])

    def to_json(self) -> dict[str, Any]:
        """Return the schema as a dictionary that JSON can hold."""
        return attrs.asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TableSchema:
        """Return the schema that `to_json` printed."""
        columns = [
            TableColumn(**{**column, "constraints": TableColumnConstraints(**column["constraints"])})
            for column in data["columns"]
        ]
        return cls(columns, TableConstraints(**data["constraints"]))


@attrs.frozen(init=False)
class TableRecord:
    """A row of a table.

    Args:
        data: the values by column: strings, numbers, truth values or ``None``.

    Raises:
        InvalidMetadata: a value is anything else.
    """

    data: dict[str, str | int | float | bool | None]

    def __init__(self, /, **data: str | int | float | bool | None) -> None:
        data = {name: unwrap_scalar(value) for name, value in data.items()}
        for name, value in data.items():
            if not isinstance(value, str | int | float | None):
                raise InvalidMetadata(
                    f"TableRecord: '{name}' is a string, a number, a truth value or None, not {value!r}."
                )
        self.__attrs_init__(data)


@attrs.frozen
class Table:
    """Rows of a table, and its schema; made with `MetadataValue.table`.

    Args:
        records: the rows.
        schema: the columns; by default those of the rows, with the types that the first row has.

    Raises:
        InvalidMetadata: the rows have different columns, or there is neither a row nor a schema.
    """

    records: list[TableRecord]
    schema: TableSchema

    @classmethod
    def of(cls, records: Sequence[TableRecord], schema: TableSchema | None) -> Table:
        """Return the table of these rows."""
        if not isinstance(records, Sequence) or not all(isinstance(row, TableRecord) for row in records):
            raise InvalidMetadata(f"MetadataValue.table: records is a list of TableRecord, not {records!r}.")
        if schema is None:
            schema = _schema_of(records)
        elif not isinstance(schema, TableSchema):
            raise InvalidMetadata(f"MetadataValue.table: schema is a TableSchema, not {schema!r}.")
        return cls(list(records), schema)

    def to_json(self) -> dict[str, Any]:
        """Return the table as a dictionary that JSON can hold."""
        records = [{name: _finite(value) for name, value in record.data.items()} for record in self.records]
        return {"records": records, "schema": self.schema.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Table:
        """Return the table that `to_json` printed."""
        records = [TableRecord(**record) for record in data["records"]]
        return cls(records, TableSchema.from_json(data["schema"]))


def unwrap_scalar(value: Any) -> Any:
    """Return the Python value of a number computed by numpy or its kin; any other value unchanged."""
    item = getattr(value, "item", None)  # such numbers are zero-dimensional arrays
    return item() if callable(item) and getattr(value, "ndim", None) == 0 else value


def _finite(value: Any) -> Any:
    # JSON has no NaN and no infinities: they become texts.
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _schema_of(records: Sequence[TableRecord]) -> TableSchema:
    if not records:
        raise InvalidMetadata("MetadataValue.table: a table without rows needs a schema.")
    first = records[0].data
    for record in records:
        if record.data.keys() != first.keys():
            raise InvalidMetadata(
                f"MetadataValue.table: the rows have different columns: {', '.join(first)}; "
                f"{', '.join(record.data)}. Give every row the same ones, or a schema."
            )
    types = {name: _TYPE_NAMES.get(type(value), "string") for name, value in first.items()}
    return TableSchema.from_name_type_dict(types)
