"""Names out of a configuration: what they reach, and that they take none from another schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hooksmith.errors import ConfigError
from hooksmith.load.library import load
from hooksmith.naming.names import assign_names
from hooksmith.normalize import normalize
from support.documents import written

AMOUNT = {"type": "object", "properties": {"value": {"type": "integer"}}}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "paths": {},
    "components": {
        "schemas": {
            "Job": {
                "type": "object",
                "properties": {
                    "price": AMOUNT,
                    "owner": {"type": "object", "properties": {"name": {"type": "string"}}},
                },
            },
            "Ack": {"type": "object", "properties": {"ok": {"type": "boolean"}}},
            "Cost": AMOUNT,
        }
    },
}
JOB, ACK = "/components/schemas/Job", "/components/schemas/Ack"
PRICE, OWNER = f"{JOB}/properties/price", f"{JOB}/properties/owner"


def named(folder: Path, names: dict[str, str]) -> dict[str, str]:
    normal = normalize(load(written(DOCUMENT, folder)))
    return assign_names(normal.document, names, lambda: normal.place("")).classes.names


def test_what_is_named_passes_its_name_on(tmp_path: Path) -> None:
    found = named(tmp_path, {JOB: "Work", OWNER: "Person"})
    assert (found[JOB], found[OWNER], found[PRICE]) == ("Work", "Person", "WorkPrice")


def test_names_may_be_exchanged(tmp_path: Path) -> None:
    found = named(tmp_path, {JOB: "Ack", ACK: "Job"})
    assert (found[JOB], found[ACK]) == ("Ack", "Job")


def test_equal_schemas_may_share_a_name(tmp_path: Path) -> None:
    found = named(tmp_path, {PRICE: "Cost"})
    assert found[PRICE] == found["/components/schemas/Cost"] == "Cost"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({f"{JOB}b": "Work"}, "nothing that gets a name stands at"),
        ({"/paths/~1jobs/post": "make"}, "no operation stands at"),
        ({JOB: "Ack"}, f"'Ack', for {JOB}, is what {ACK} is called"),
        ({OWNER: "Ack"}, f"'Ack', for {OWNER}, is what {ACK} is called"),
        ({JOB: "Work", ACK: "Work"}, f"'Work', for {JOB}, is what {ACK} is called"),
        ({JOB: "Model"}, "'Model' is a name that the generated code needs itself"),
        ({JOB: "ValueError"}, "'ValueError' is a name that the generated code needs itself"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, names: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match="names: ") as caught:
        named(tmp_path, names)
    assert message in str(caught.value)
