"""Webhooks: deliveries verified and parsed into typed events."""
