"""Tools for the developer of a receiver: sample deliveries, sent by hand or forwarded."""
