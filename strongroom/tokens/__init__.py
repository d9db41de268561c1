"""API tokens: made, presented, revoked."""
