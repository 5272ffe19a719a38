"""Classes of inner schemas: short names, and readable names where two schemas claim one."""

from __future__ import annotations

from typing import Any

from hooksmith.naming.class_names import assign_class_names

COLOURS = {"type": "string", "enum": ["red", "blue"]}
SIZES = {"type": "string", "enum": ["big", "small"]}
LONG = "WebhookSecretScanningAlertLocationCreatedFormEncodedEvent"


def thing(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def named(**schemas: Any) -> dict[str, str]:
    names = assign_class_names({"components": {"schemas": schemas}}, {}).names
    return {pointer.removeprefix("/components/schemas/"): name for pointer, name in names.items()}


def test_the_owner_is_shortened_from_the_left() -> None:
    names = named(**{LONG: thing(repository=thing(owner=thing(kind=COLOURS)))})
    assert names == {
        LONG: LONG,
        f"{LONG}/properties/repository": ("ScanningAlertLocationCreatedFormEncodedEventRepository"),
        f"{LONG}/properties/repository/properties/owner": (
            "AlertLocationCreatedFormEncodedEventRepositoryOwner"
        ),
        f"{LONG}/properties/repository/properties/owner/properties/kind": (
            "AlertLocationCreatedFormEncodedEventRepositoryOwnerKind"
        ),
    }


def test_two_that_claim_a_short_name_keep_more_of_their_owners() -> None:
    first, second = f"First{LONG}", f"Second{LONG}"
    names = named(**{first: thing(colour=COLOURS), second: thing(colour=SIZES)})
    assert (
        names[f"{first}/properties/colour"]
        == "FirstScanningAlertLocationCreatedFormEncodedEventColour"
    )
    assert (
        names[f"{second}/properties/colour"] == "SecondAlertLocationCreatedFormEncodedEventColour"
    )


def test_equal_schemas_share_a_short_name() -> None:
    first, second = f"First{LONG}", f"Second{LONG}"
    names = named(**{first: thing(colour=COLOURS), second: thing(colour=COLOURS)})
    assert names[f"{first}/properties/colour"] == names[f"{second}/properties/colour"]


def test_an_unrelated_schema_renames_nothing() -> None:
    schemas = {LONG: thing(repository=thing(owner=thing(kind=COLOURS)))}
    before = named(**schemas)
    more = {"Repository": thing(owner=thing(kind=SIZES)), f"Un{LONG}": thing(other=SIZES)}
    assert before.items() <= named(**more, **schemas).items()
    assert before.items() <= named(**schemas, **more).items()


def test_a_union_with_null_whose_names_are_taken() -> None:
    names = named(
        ServiceTier={"anyOf": [COLOURS, {"type": "null"}]},
        ServiceTierEnum=SIZES,
        Phase={"anyOf": [thing(a=COLOURS), {"type": "null"}]},
    )
    assert names["ServiceTier/anyOf/0"] == "ServiceTierValue"
    assert names["Phase/anyOf/0"] == "PhaseModel"


def test_the_last_resort_speaks() -> None:
    names = named(
        Team=thing(type=COLOURS),
        **{name: thing() for name in ("TeamType", "TeamTypeEnum", "TeamTypeValue")},
    )
    assert names["Team/properties/type"] == "TeamPropertyType"
