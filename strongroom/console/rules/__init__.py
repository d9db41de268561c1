"""What must hold of announcements, of jobs of the keeper, and of what those who run the index do to people."""
