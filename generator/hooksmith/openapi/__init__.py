"""Facts of the OpenAPI specification: keywords, operations, media types, formats, statuses and references."""
