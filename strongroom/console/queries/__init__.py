"""What those who run the index look at, a page at a time."""
