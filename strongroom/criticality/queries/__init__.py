"""Runs and standings as facts."""
