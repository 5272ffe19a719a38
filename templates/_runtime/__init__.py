"""What every generated package is built on; copied, not generated."""
