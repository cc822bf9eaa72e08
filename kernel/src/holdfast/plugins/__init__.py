"""Plugins: discovery, states and settings per repository.

`Plugins.discover` in `holdfast.plugins.loading` is the way in, `Settings.load` in `holdfast.plugins.settings`
what it is given. Only `registration` knows pluggy, only `discovery` and `dependencies` read the metadata of
distributions, only `examination` imports plugins, and only `factories` what they provide.
"""
