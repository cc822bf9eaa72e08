"""IO manager that stores assets as files under a directory or any fsspec URL."""
