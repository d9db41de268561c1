"""The append-only record of security events: who did what, on what, when, from where."""
