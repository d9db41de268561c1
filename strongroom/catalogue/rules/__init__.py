"""What visitors are shown of what projects say of themselves."""
