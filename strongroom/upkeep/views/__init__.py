"""The pages on which Owners and Maintainers keep their projects."""
