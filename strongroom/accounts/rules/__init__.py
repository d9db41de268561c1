"""What must hold of accounts, sessions, proofs and attempts."""
