"""Clients: requests, replies, retries, pagination, credentials."""
