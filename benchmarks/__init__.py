"""What ``make bench`` runs: this index beside nginx, devpi-server and pypiserver, and our own targets."""
