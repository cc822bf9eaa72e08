"""The suite for IO managers."""
