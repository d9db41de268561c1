"""The read plane: what installers ask for, served from published pages.

It imports neither Django nor any model: installs go on while the database is away.
"""
