"""The assets, a module for each kind of them."""
