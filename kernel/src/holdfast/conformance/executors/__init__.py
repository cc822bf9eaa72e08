"""The suite for executors."""
