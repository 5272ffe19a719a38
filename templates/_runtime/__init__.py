"""Runtime of generated packages; copied, not generated."""
