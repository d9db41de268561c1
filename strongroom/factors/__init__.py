"""Second factors: security keys, authenticator apps, recovery codes."""
