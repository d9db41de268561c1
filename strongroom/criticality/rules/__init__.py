"""What makes a project critical, and when a run waits for those who run the index.

Essential reading: docs/criticality.md, which says the rules in words.
"""
