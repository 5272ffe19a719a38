"""Signature schemes as data; each verifies and signs."""
