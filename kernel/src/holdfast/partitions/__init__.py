"""Partitions as values: definitions, subsets of them, and the mappings between two assets' partitions."""
