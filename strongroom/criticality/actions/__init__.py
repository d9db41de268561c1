"""Deeds of criticality: computing the cohort, deciding on it, telling people."""
