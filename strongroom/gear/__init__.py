"""The outside world, one thin module each: settings, secrets, the shelf that holds files, the renderer of readmes."""
