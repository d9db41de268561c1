"""Accounts and their e-mail addresses; signing in follows."""
