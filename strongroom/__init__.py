"""Strongroom: a Python package index that protects what other people depend on."""

__version__ = "0.1.0"
