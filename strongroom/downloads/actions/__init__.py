"""Deeds on downloads: taking events in, adding days up."""
