"""Importing downloads that others noted."""
