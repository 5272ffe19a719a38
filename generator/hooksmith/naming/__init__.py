"""Names of classes, enums, fields, methods and resources."""
