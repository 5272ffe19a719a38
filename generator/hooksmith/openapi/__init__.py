"""Facts of the OpenAPI specification: keywords, status phrases, references."""
