"""Software-defined assets on a small kernel."""
