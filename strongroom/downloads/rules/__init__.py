"""What counts as a download, and from which source on which day."""
