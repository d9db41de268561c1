"""Wiring only: settings, addresses, templates, and the one table from refusals to answers."""
