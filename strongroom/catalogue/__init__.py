"""What visitors see: search, projects, people, classifiers, feeds."""
