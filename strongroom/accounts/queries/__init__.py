"""Accounts, sessions, letters, loaded."""
