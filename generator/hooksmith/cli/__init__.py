"""Command line: arguments, commands, and their output."""
