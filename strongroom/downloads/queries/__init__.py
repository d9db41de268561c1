"""Days, and what they added up to, as facts."""
