"""What must hold of projects, their names, and who collaborates on them."""
