"""What must hold of a second factor, of its codes and of the way back without one."""
