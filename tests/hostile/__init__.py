"""Hostile documents: mutations of the cases, with strings that try to become code.

`python -m hostile COUNT` in tests/ tries COUNT of them; `make fuzz` does so with 100,000.
"""
