"""Models: base classes, field types, and checks that pydantic does not have."""
