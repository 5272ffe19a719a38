"""The curated specs: valid by independent tools, complete by the documents, and true to their own examples.

tests/documents holds what the providers' documents say, transcribed: their examples letter for letter, and their names,
parameters, constraints and permissions as data.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import TypeAdapter

from hooksmith.ir import Api, Array, Kind, Model, Named, Operation, Parameter, Scalar
from hooksmith.openapi.grammar import walk
from support import specs
from support.meaning import same
from support.models import Generated
from support.paths import PROVIDERS, SPECS, TESTS

each = pytest.mark.parametrize("provider", PROVIDERS)


class Counts(NamedTuple):
    operations: int
    events: int
    analytic: int


COUNTS = {
    "workos": Counts(5, 111, 0),
    "mattr": Counts(6, 3, 15),
    "socotra": Counts(6, 193, 0),
    "scalekit": Counts(0, 41, 0),
}


@cache
def generated(provider: str) -> Generated:
    return Generated.of(provider)


def document(provider: str) -> Any:
    """What the documents say. `lost`: a required property that the document's text lost and the reference has."""
    found = json.loads((TESTS / "documents" / f"{provider}.json").read_text("utf-8"))
    for example in found["examples"]:
        example["value"] |= example.get("lost", {})
    return found


def operations(api: Api) -> dict[str, Operation]:
    return {
        operation.name: operation for resource in api.resources for operation in resource.operations
    }


# --- valid ---------------------------------------------------------------------------------------------------------


@each
@pytest.mark.slow
def test_openapi(provider: str) -> None:
    """By openapi-spec-validator, external references included."""
    path = SPECS / provider / "openapi.yaml"
    found = OpenAPIV31SpecValidator(specs.read(path), base_uri=path.as_uri()).iter_errors()
    assert [f"{list(error.absolute_path)}: {error.message[:200]}" for error in found] == []


@each
def test_schema_documents(provider: str) -> None:
    """By the meta-schema of draft 2020-12."""
    for path in specs.files(provider):
        data = specs.read(path)
        schemas = {f"$defs/{name}": schema for name, schema in data.get("$defs", {}).items()}
        if "$schema" in data:
            schemas[""] = data
        for where, schema in schemas.items():
            errors = list(
                Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema)
            )
            assert not errors, (path, where, errors[0].message)


def test_the_id_that_the_provider_gave_its_schema() -> None:
    """`$id` is a fragment, which the meta-schema forbids. It is the provider's, so it stays: all that is wrong."""
    path = SPECS / "workos" / "schemas" / "UpdateWebhookEndpointDto.json"
    schema = json.loads(path.read_text("utf-8"))
    assert schema["$id"] == "#/components/schemas/UpdateWebhookEndpointDto"
    errors = list(Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema))
    assert [list(error.absolute_path) for error in errors] == [["$id"]]


# --- complete ------------------------------------------------------------------------------------------------------


@each
def test_counts(provider: str) -> None:
    api = generated(provider).api
    analytic = {
        name for found in operations(api).values() for name in found.analytic_events.values()
    }
    assert Counts(len(operations(api)), len(api.events.events), len(analytic)) == COUNTS[provider]
    assert len({event.type for event in api.events.events}) == len(api.events.events)


@each
def test_provenance(provider: str) -> None:
    """Of each operation, event and named schema: how far it is established, and where."""
    api = generated(provider).api
    named = [found for found in api.definitions if found.pointer.count("/") == 3]
    stated = [*operations(api).values(), *api.events.events, *named]
    assert len(stated) >= sum(COUNTS[provider][:2])
    missing = [
        getattr(found, "name", getattr(found, "type", ""))
        for found in stated
        if found.provenance is None
    ]
    assert missing == []
    for found in stated:
        assert found.provenance is not None
        assert found.provenance.status in ("documented", "reference", "unestablished")
        assert found.provenance.source or found.provenance.status == "unestablished"


def test_workos_operations_are_the_documents() -> None:
    found = operations(generated("workos").api).values()
    documented = [each for each in found if each.provenance.status == "documented"]
    assert [[each.method, each.path, each.name] for each in documented] == document("workos")[
        "operations"
    ]
    assert [each.name for each in found if each not in documented] == ["list_events"]


def test_workos_schema_is_the_documents() -> None:
    """Names, types, values and examples; `example` is written as `examples`, and the enums stand under `$defs`."""
    path = SPECS / "workos" / "schemas" / "UpdateWebhookEndpointDto.json"
    ours, theirs = json.loads(path.read_text("utf-8")), document("workos")["schema"]
    for key in ("$schema", "$id", "title", "type"):
        assert ours[key] == theirs[key]
    assert list(ours["properties"]) == list(theirs["properties"])
    for name, stated in theirs["properties"].items():
        kept = resolved(ours, ours["properties"][name])
        assert kept["type"] == stated["type"]
        assert kept.get("enum") == stated.get("enum")
        assert kept["examples"] == [stated["example"]]
    events = resolved(ours, ours["properties"]["events"]["items"])
    wanted = theirs["properties"]["events"]["items"]["enum"]
    assert len(wanted) == 77
    assert events["enum"][: len(wanted)] == wanted
    assert set(wanted) <= {event.type for event in generated("workos").api.events.events}


def resolved(data: Any, schema: Any) -> Any:
    return specs.at(data, schema["$ref"][1:]) if "$ref" in schema else schema


def test_mattr_analytic_events_are_the_documents() -> None:
    stated = document("mattr")
    found = operations(generated("mattr").api)
    assert {
        name: dict(each.analytic_events) for name, each in found.items() if each.analytic_events
    } == stated["analytic_events"]
    public = [name for name, each in found.items() if each.security == ()]
    assert public == stated["without_authentication"]


SOCOTRA_TYPES = {Kind.INTEGER: "int", Kind.STRING: "string", Kind.BOOLEAN: "boolean"}


def test_socotra_operations_are_the_documents() -> None:
    stated = document("socotra")
    found = {
        (each.method, each.path): each for each in operations(generated("socotra").api).values()
    }
    assert len(found) == len(stated["operations"])
    for wanted in stated["operations"]:
        each = found[wanted["method"], wanted["path"]]
        names = [name for name, *_ in wanted["parameters"]]
        documented = [parameter for parameter in each.parameters if parameter.field.wire in names]
        assert [parameter_facts(parameter) for parameter in documented] == wanted["parameters"]
        for newer in set(each.parameters) - set(documented):
            assert newer.field.provenance is not None
            assert newer.field.provenance.status == "reference"
        assert each.permissions is not None
        assert list(each.permissions.permissions) == wanted["permissions"]
        assert each.permissions.group == stated["security_group"]
        assert (each.body is None) == ("request" not in wanted)
        if wanted["reply"] == "void":
            assert all(reply.type is None for reply in each.replies)


def parameter_facts(parameter: Parameter) -> list[Any]:
    """As the document's tables have them: name, place, type, required."""
    kind = parameter.field.type
    item = kind.items if isinstance(kind, Array) else kind
    assert isinstance(item, Scalar | Named)
    spelled = SOCOTRA_TYPES[item.kind] if isinstance(item, Scalar) else "string"
    if isinstance(kind, Array):
        spelled += "[]"
    special = {"tenantLocator": "uuid", "webhookLocator": "locator"}
    spelled = special.get(parameter.field.wire, spelled)
    return [parameter.field.wire, parameter.location, spelled, parameter.field.required]


def test_socotra_schemas_are_the_documents() -> None:
    models = {
        found.name: found
        for found in generated("socotra").api.definitions
        if isinstance(found, Model)
    }
    for name, fields in document("socotra")["schemas"].items():
        wires = [field.wire for field in models[name].fields]
        assert [wire for wire in wires if wire in fields] == list(fields), name


def test_scalekit_envelope_is_the_documents() -> None:
    stated = document("scalekit")
    path = SPECS / "scalekit" / "openapi.yaml"
    envelope = specs.read(path)["components"]["schemas"]["EventEnvelope"]
    types = {event.type for event in generated("scalekit").api.events.events}
    assert set(stated["event_types"]) <= types
    for name, facts in stated["envelope"].items():
        kept = resolved(specs.read(path), envelope["properties"].get(name, {}))
        if name == "object":
            continue  # each event states the one it has
        assert {key: kept.get(key) for key in facts} == facts, name
    for name in set(stated["required"]) - {"type", "object"}:
        assert name in envelope["required"]


# --- examples ------------------------------------------------------------------------------------------------------


@each
def test_examples_fit_their_schemas(provider: str) -> None:
    """Every example of every file, by jsonschema, formats included."""
    found = [example for path in specs.files(provider) for example in specs.examples(path)]
    assert len(found) > 20 or provider == "socotra"
    for example in found:
        errors = list(specs.validator(example.path, example.schema).iter_errors(example.value))
        assert not errors, (str(example.path), example.pointer, errors[0].message)


@each
def test_the_documents_examples_are_examples_of_the_spec(provider: str) -> None:
    found = [example.value for path in specs.files(provider) for example in specs.examples(path)]
    for wanted in document(provider)["examples"]:
        assert any(exactly(wanted["value"], value) for value in found), wanted


def exactly(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@each
def test_the_documents_examples_pass_through_the_package(provider: str) -> None:
    package = generated(provider)
    for example in document(provider)["examples"]:
        text = json.dumps(example["value"]).encode()
        if "event" in example:
            event = package.module().parse_event(text, strict=True)
            assert json.dumps(example["event"]) in json.dumps(event.to_dict())
            assert same(event.to_dict(), example["value"])
        else:
            adapter = package.adapter(example["operation"], example.get("reply"))
            assert same(round_trip(adapter, example["value"]), example["value"])


@each
def test_examples_of_events(provider: str) -> None:
    package = generated(provider)
    with_example = [event for event in package.api.events.events if event.example is not None]
    for event in with_example:
        found = package.module().parse_event(json.dumps(event.example), strict=True)
        assert type(found).__name__ == event.model
        assert same(found.to_dict(), event.example), event.type
    assert len(with_example) >= len(package.api.events.events) // 10


@each
def test_examples_of_bodies_and_replies(provider: str) -> None:
    package = generated(provider)
    for operation, status, value in package.wire_examples():
        adapter = package.adapter(operation, status)
        assert same(round_trip(adapter, value), value), (operation, status)


@each
def test_examples_of_parameters(provider: str) -> None:
    package = generated(provider)
    for operation, location, name, value in package.parameter_examples():
        adapter = package.parameter_adapter(operation, location, name)
        assert same(round_trip(adapter, value), value), (operation, name)


@each
def test_examples_of_properties_and_schemas(provider: str) -> None:
    """Read by the generated model, alone, and written as they were."""
    package = generated(provider)
    count = 0
    for model, wire, value in package.schema_examples():
        written = (
            round_trip(TypeAdapter(model), value) if wire is None else one_field(model, wire, value)
        )
        assert same(written, value), (model, wire)
        count += 1
    assert count > 0 or provider == "socotra"


def round_trip(adapter: TypeAdapter[Any], value: Any) -> Any:
    found = adapter.validate_json(json.dumps(value))
    return adapter.dump_python(found, mode="json", by_alias=True, exclude_unset=True)


def one_field(model: Any, wire: str, value: Any) -> Any:
    """One property, through its model."""
    name = Generated.field_name(model, wire)
    model.model_rebuild()
    blank = model.model_construct()
    found = model.__pydantic_validator__.validate_assignment(blank, name, value)
    return found.model_dump(mode="json", by_alias=True, include={name})[wire]


# --- an independent reading ------------------------------------------------------------------------------------------


@pytest.mark.slow
@each
def test_another_generators_models_take_the_same_examples(provider: str, tmp_path: Path) -> None:
    """datamodel-code-generator reads the bundled normal form, and its models the same examples of events and bodies."""
    package = generated(provider)
    module = package.by_datamodel_code_generator(tmp_path)
    count = 0
    for name, value in package.named_examples():
        getattr(module, name).model_validate_json(json.dumps(value))
        count += 1
    assert count > 0


@each
def test_the_normal_form_is_valid(provider: str) -> None:
    """What everything is generated from is itself OpenAPI 3.1, whose every schema is a schema."""
    document = generated(provider).normal.document
    for visit in walk("openapi", document):
        if visit.kind == "schema":
            assert not list(shallow_errors(visit.node)), visit.pointer


def shallow_errors(schema: Any) -> Iterator[Any]:
    return Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema)
