"""What keeping a project asks of its people: what it needs from them, and how strong its weakest way in is."""
