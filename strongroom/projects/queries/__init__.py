"""Projects, loaded."""
