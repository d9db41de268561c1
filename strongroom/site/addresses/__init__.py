"""Every address of the control plane, by the app that answers it."""
