"""Callbacks: requests that an API sends to an address of the caller."""
