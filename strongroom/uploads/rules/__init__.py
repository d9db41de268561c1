"""What must hold of an upload: frozen facts and gates."""
