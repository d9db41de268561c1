"""Pages and feeds for visitors."""
