"""Compare two documents: the consequences of a new version for code that uses the package of the old version."""
