"""Accounts: people, their addresses and letters, signing in, sessions, and proving that it is them again."""
