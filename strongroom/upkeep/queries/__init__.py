"""What people keep, loaded for their pages."""
