"""Which lines of a user's code a change of the document concerns."""
