"""What plugins that keep assets as tables of a database have in common; it needs pyarrow when it is used.

`holdfast.tables.manager` is where to start: an IO manager that lacks only the database.
"""
