"""Event store in one SQLite file, safe for several processes."""
