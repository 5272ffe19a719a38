"""Regular expressions of a document that no machine should compile."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from support.documents import imported, openapi, operation, result_of


@pytest.mark.parametrize("pattern", ["a{99999999999999}", "(" * 4000 + ")" * 4000, "("])
def test_expressions_that_cannot_be_read_assert_nothing(
    pattern: str, tmp_path: Path, case_home: Path
) -> None:
    text = {"type": "string"}
    order = {
        "stated": {**text, "pattern": pattern},
        "denied": {**text, "not": {"pattern": pattern}},
    }
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}
    document = openapi(
        {"/": {"post": operation(requestBody=body)}},
        components={"schemas": {"Order": {"type": "object", "properties": order}}},
    )
    result = result_of(document, tmp_path)
    with imported(result.files, case_home) as package:
        models = import_module(f"{package.__name__}.models")
        made = models.Order(stated="b", denied="b")
    assert (made.stated, made.denied) == ("b", "b")
