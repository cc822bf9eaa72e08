"""The suite for formats."""
