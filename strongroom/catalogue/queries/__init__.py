"""What visitors are shown, loaded a page at a time."""
