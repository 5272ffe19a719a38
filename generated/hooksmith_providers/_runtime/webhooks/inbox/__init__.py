"""Durable inbox: deliveries are acknowledged after a durable write and processed later by workers."""
