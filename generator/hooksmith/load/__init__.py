"""Documents as plain data: YAML and JSON files, `$ref` between files, and the line of every value."""
