"""The holdfast command: look at assets, plan, materialize, and manage plugins."""
