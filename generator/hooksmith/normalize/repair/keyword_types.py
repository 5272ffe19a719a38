"""JSON types of the values in objects and schemas of OpenAPI 3.1, for all keys that the generator reads."""

from __future__ import annotations

from .coerce import (
    Check,
    anything_listed,
    bound,
    count,
    flag,
    mapping,
    mappings,
    number,
    objects,
    positive,
    requirements,
    text,
    text_lists,
    texts,
    word,
)

_PROSE: dict[str, Check] = {"description": text, "summary": text, "title": text, "deprecated": flag}

_VALUE: dict[str, Check] = {
    **_PROSE,
    "$ref": word,
    "name": word,
    "in": word,
    "required": flag,
    "style": word,
    "explode": flag,
    "allowReserved": flag,
    "examples": mapping,
}

CHECKS: dict[str, dict[str, Check]] = {
    "openapi": {
        "info": mapping,
        "servers": objects,
        "tags": anything_listed,
        "security": requirements,
    },
    "components": {},
    "pathItem": {**_PROSE, "$ref": word},
    "operation": {
        **_PROSE,
        "operationId": word,
        "tags": anything_listed,
        "security": requirements,
        "servers": objects,
    },
    "parameter": _VALUE,
    "header": {key: check for key, check in _VALUE.items() if key not in ("name", "in")},
    "requestBody": {**_PROSE, "$ref": word, "required": flag, "headers": mappings},
    "response": {**_PROSE, "$ref": word},
    "mediaType": {"$ref": word, "examples": mapping},
    "encoding": {"contentType": word, "style": word, "explode": flag, "allowReserved": flag},
    "callback": {"$ref": word},
    "example": {},
    "link": {},
    "securityScheme": {
        **_PROSE,
        "$ref": word,
        "type": word,
        "name": word,
        "in": word,
        "scheme": word,
        "flows": mappings,
        "openIdConnectUrl": word,
    },
    "schema": {
        **_PROSE,
        "$ref": word,
        "format": text,
        "pattern": text,
        "enum": anything_listed,
        "examples": anything_listed,
        "minimum": number,
        "maximum": number,
        "exclusiveMinimum": bound,
        "exclusiveMaximum": bound,
        "multipleOf": positive,
        **dict.fromkeys(
            (
                "minLength",
                "maxLength",
                "minItems",
                "maxItems",
                "minProperties",
                "maxProperties",
                "minContains",
                "maxContains",
            ),
            count,
        ),
        "uniqueItems": flag,
        "nullable": flag,
        "x-nullable": flag,
        "readOnly": flag,
        "writeOnly": flag,
        "dependentRequired": text_lists,
        "x-enum-varnames": texts,
        "x-enumNames": texts,
        "x-enum-descriptions": anything_listed,
        "contentMediaType": text,
        "contentEncoding": text,
    },
}

MESSAGES = {
    "enum": "list the values, as in `enum: [a, b]`",
    "tags": "list the names of tags, as in `tags: [pets]`",
    "security": "list alternatives, as in `security: [{apiKey: []}]`",
}
"""Key → hint."""
