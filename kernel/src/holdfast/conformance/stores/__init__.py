"""The suite for event stores."""
