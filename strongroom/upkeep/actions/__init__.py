"""What is done to keep a project: every deed asks the one question first (design rule 1)."""
