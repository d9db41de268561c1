"""The upload door: what may be shelved."""
