"""Parquet format for pandas, polars and pyarrow tables."""
