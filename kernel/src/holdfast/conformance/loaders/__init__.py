"""The suite for loaders."""
