"""What is done to projects."""
