"""Runtime types: what a value must be before it is stored, and after it is loaded."""
