"""The suite for observers."""
