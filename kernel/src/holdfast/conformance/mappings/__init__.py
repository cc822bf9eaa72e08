"""The suite for partition mappings."""
