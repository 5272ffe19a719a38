"""A project that takes deliveries."""
