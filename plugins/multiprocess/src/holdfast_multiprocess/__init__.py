"""Executor that runs steps in warm worker processes."""
