"""Which projects are critical, since when, and why."""
