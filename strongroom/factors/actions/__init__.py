"""What can be done with factors, one module for each kind, and one for what they share."""
