"""Receivers: a route that takes deliveries, verifies them and calls handlers."""
