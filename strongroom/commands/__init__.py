"""The ``strongroom`` command line: a door like the others."""
