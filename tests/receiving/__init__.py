"""Receiving webhooks: signatures, typed events, receivers."""
