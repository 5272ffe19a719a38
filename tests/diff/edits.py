"""Single edits of `base.yaml`, by name: (path to a value, the new value), the rules that each must be reported by.

A path is a JSON Pointer without the leading slash, where `schemas` stands for `/components/schemas`. GONE removes the
value; a callable makes the new value of the old one.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

BASE = yaml.safe_load((Path(__file__).parent / "base.yaml").read_text("utf-8"))
GONE = object()

STRING = {"type": "string"}
INTEGER = {"type": "integer"}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def plus(*items: Any) -> Callable[[Any], Any]:
    return lambda old: [*old, *items]


def minus(item: Any) -> Callable[[Any], Any]:
    return lambda old: [it for it in old if it != item]


def merged(**facts: Any) -> Callable[[Any], Any]:
    return lambda old: {**old, **facts}


def without(key: str) -> Callable[[Any], Any]:
    return lambda old: {name: it for name, it in old.items() if name != key}


Step = tuple[str, Any]

_OWN = "schemas/Order/allOf/1"
_EVENT = "schemas/OrderCreated"
_HOOK = "webhooks/person.joined"


def hook(name: str) -> dict[str, Any]:
    body = {"content": {"application/json": {"schema": ref(name)}}}
    return {"post": {"requestBody": body, "responses": {"200": {"description": "Taken."}}}}


REFUNDED = {
    "type": "object",
    "required": ["type", "id", "created"],
    "properties": {
        "type": {"const": "order.refunded"},
        "id": STRING,
        "created": {"type": "string", "format": "date-time"},
    },
}

EDITS: dict[str, tuple[list[Step], set[str]]] = {
    # events
    "event added": ([("schemas/OrderRefunded", REFUNDED), ("webhooks/order.refunded", hook("OrderRefunded"))], {"event-added"}),
    "event removed": ([(_HOOK, GONE)], {"event-removed"}),
    "event class": ([("schemas/Joined", BASE["components"]["schemas"]["PersonJoined"]), (f"{_HOOK}/post/requestBody/content/application~1json/schema", ref("Joined"))], {"event-class"}),
    "event batch": ([("webhooks/order.paid/post/requestBody/content/application~1json/schema", {"type": "array", "items": ref("OrderPaid")})], {"event-batch"}),
    "event form": ([("webhooks/order.paid/post/requestBody/content", {"application/x-www-form-urlencoded": {"schema": ref("OrderPaid")}})], {"event-media-type", "events-form-position"}),
    "event member renamed": ([("webhooks/order-paid", hook("OrderPaidToo")), ("schemas/OrderPaidToo", {**REFUNDED, "properties": {**REFUNDED["properties"], "type": {"const": "order-paid"}}})], {"event-member-renamed"}),
    "type position": ([("x-hooksmith-events", merged(type={"header": "X-Event"}))], {"events-type-position"}),
    "id position": ([("x-hooksmith-events", merged(id={"header": "X-Id"}))], {"events-id-position"}),
    "timestamp position": ([("x-hooksmith-events", without("timestamp"))], {"events-timestamp-position"}),
    "signature": ([("x-hooksmith-signature", "github")], {"signature"}),
    "signature gone": ([("x-hooksmith-signature", GONE)], {"signature"}),
    # received
    "received field added": ([(f"{_OWN}/properties/weight", INTEGER)], {"received-field-added"}),
    "received required field added": ([(f"{_OWN}/properties/weight", INTEGER), (f"{_OWN}/required", plus("weight"))], {"received-field-added-required", "delivery-absent-upgraded"}),
    "event's required field added": ([(f"{_EVENT}/properties/weight", INTEGER), (f"{_EVENT}/required", plus("weight"))], {"received-field-added-required", "delivery-drift-upgraded"}),
    "received field removed": ([(f"{_OWN}/properties/note", GONE)], {"received-field-removed"}),
    "received required field removed": ([(f"{_OWN}/properties/total", GONE), (f"{_OWN}/required", minus("total"))], {"received-field-removed", "delivery-absent-deployed"}),
    "received field optional": ([(f"{_OWN}/required", minus("total"))], {"received-field-optional", "delivery-absent-deployed"}),
    "event's field optional": ([(f"{_EVENT}/required", minus("data"))], {"received-field-optional", "delivery-drift-deployed"}),
    "received field required": ([(f"{_OWN}/required", plus("note"))], {"received-field-required", "delivery-absent-upgraded"}),
    "received field nullable": ([(f"{_OWN}/properties/note/type", ["string", "null"])], {"received-field-nullable"}),
    "received required field nullable": ([("schemas/Person/properties/name/type", ["string", "null"])], {"received-field-nullable", "delivery-absent-deployed"}),
    "received field not nullable": ([("schemas/Person/properties/manager/type", "string")], {"received-field-not-nullable"}),
    "received field type": ([(f"{_OWN}/properties/note", INTEGER)], {"received-field-type", "delivery-drift-deployed"}),
    "received field widened": ([("schemas/Person/properties/age/type", "number")], {"received-field-type", "delivery-drift-deployed"}),
    "received field narrowed": ([("schemas/Money/properties/amount/type", "boolean")], {"received-field-type"}),
    "received items": ([(f"{_OWN}/properties/tags/items", ref("Money"))], {"received-field-type"}),
    "received values": ([(f"{_OWN}/properties/labels/additionalProperties", INTEGER)], {"received-field-type"}),
    "received default": ([("schemas/Money/properties/currency/default", "USD")], {"received-field-default"}),
    "received date": ([(f"{_EVENT}/properties/trace", {"type": "string", "format": "date"})], {"received-field-type"}),
    "nested field renamed": ([("schemas/Money/properties/Amount", INTEGER)], {"field-renamed"}),
    "class of one property": ([("schemas/Item/properties/price", {"type": "object", "required": ["amount"], "properties": {"amount": INTEGER}})], {"received-field-type", "class-added"}),
    "deprecated field": ([(f"{_OWN}/properties/note/deprecated", True)], {"deprecated"}),
    # sent
    "sent field added": ([("schemas/Address/properties/country", STRING)], {"sent-field-added"}),
    "sent required field added": ([("schemas/Address/properties/country", STRING), ("schemas/Address/required", plus("country"))], {"sent-field-added-required"}),
    "sent field removed": ([("schemas/Address/properties/zip", GONE)], {"sent-field-removed"}),
    "sent field required": ([("schemas/Address/required", plus("zip"))], {"sent-field-required"}),
    "sent field optional": ([("schemas/Address/required", minus("town"))], {"sent-field-optional"}),
    "sent field nullable": ([("schemas/Address/properties/zip/type", ["string", "null"])], {"sent-field-nullable"}),
    "sent field type": ([("schemas/Address/properties/zip", INTEGER)], {"sent-field-type"}),
    "sent field default": ([("schemas/Address/properties/zip/default", "0")], {"sent-field-default"}),
    "sent constraint": ([("schemas/Address/properties/zip/maxLength", 5)], {"constraint-tightened"}),
    "sent class closed": ([("schemas/Address/additionalProperties", False)], {"extra-properties"}),
    "sent assertion": ([("schemas/Address/not", {"required": ["zip"]})], {"assertion"}),
    "read only": ([(f"{_OWN}/properties/note/readOnly", True)], {"field-direction"}),
    # enums
    "received value added": ([("schemas/Person/properties/role/enum", plus("guest"))], {"enum-value-added", "delivery-value-deployed"}),
    "received value removed": ([("schemas/PersonJoined/properties/source/enum", ["web", "app", "fax"])], {"enum-value-added"}),
    "shared value removed": ([("schemas/Status/enum", minus("shipped"))], {"enum-value-removed"}),
    "sent value added": ([("schemas/Carrier/enum", plus("post"))], {"enum-value-added"}),
    "sent value removed": ([("schemas/Carrier/enum", ["dhl", "post"])], {"enum-value-added", "enum-value-removed"}),
    "enum member renamed": ([("schemas/Carrier/x-enum-varnames", ["DHL_EXPRESS", "UPS"])], {"enum-member-renamed"}),
    "enum of one value": ([("schemas/Carrier/enum", ["dhl"])], {"class-kind"}),
    "enum closed": ([("schemas/Person/properties/role/x-hooksmith-open-enum", False)], {"enum-openness"}),
    "literal": ([(f"{_EVENT}/properties/trace", {"const": "none"})], {"received-field-type", "delivery-drift-upgraded"}),
    # unions
    "option added": ([("schemas/Payment/oneOf", plus(ref("Cash")))], {"alias-type", "delivery-unknown-deployed"}),
    "option removed": ([("schemas/Payment/oneOf", [ref("Card"), ref("Cash")])], {"alias-type", "delivery-unknown-upgraded"}),
    "union of one option": ([("schemas/Payment/oneOf", [ref("Card")])], {"alias-type"}),
    # definitions
    "class added": ([("schemas/Extra", {"type": "object", "properties": {"a": STRING}})], {"class-added"}),
    "class removed": ([("schemas/Cash", GONE)], {"class-removed"}),
    "class renamed": ([("schemas/Cash", GONE), ("schemas/Coins", BASE["components"]["schemas"]["Cash"])], {"class-renamed"}),
    "bases": ([("schemas/Order", {"type": "object", "required": ["id", "status", "total", "payment"], "properties": {**BASE["components"]["schemas"]["Base"]["properties"], **BASE["components"]["schemas"]["Order"]["allOf"][1]["properties"]}})], {"class-bases"}),
    "class both ways": ([("schemas/NewOrder/properties/copy_of", ref("Person"))], {"class-direction"}),
    "class moved": ([("schemas/Item/properties/paid", ref("OrderPaid"))], {"class-moved"}),
    "alias": ([("schemas/Reference/type", "integer")], {"alias-type"}),
    "alias constraint": ([("schemas/Reference/maxLength", 9)], {"constraint-tightened"}),
    "constraint loosened": ([("schemas/NewOrder/properties/amount/minimum", 0)], {"constraint-loosened"}),
    "class to map": ([("schemas/Money", {"type": "object", "additionalProperties": INTEGER})], {"class-kind"}),
    # methods
    "method added": ([("paths/~1orders~1{order_id}/patch", {"tags": ["orders"], "operationId": "patch_order", "parameters": BASE["paths"]["/orders/{order_id}"]["get"]["parameters"], "responses": {"204": {"description": "Done."}}})], {"call-added"}),
    "method removed": ([("paths/~1orders~1{order_id}/delete", GONE)], {"call-removed"}),
    "method renamed": ([("paths/~1orders/post/operationId", "make_order")], {"call-renamed"}),
    "method moved": ([("paths/~1orders/post/tags", ["people"])], {"call-moved"}),
    "address": ([("paths", lambda old: {("/people2" if path == "/people" else path): item for path, item in old.items()})], {"call-address"}),
    "argument added": ([("paths/~1orders/get/parameters", plus({"name": "q", "in": "query", "schema": STRING}))], {"argument-added"}),
    "required argument added": ([("paths/~1orders/get/parameters", plus({"name": "q", "in": "query", "required": True, "schema": STRING}))], {"argument-added-required"}),
    "argument removed": ([("paths/~1orders/get/parameters", lambda old: old[1:])], {"argument-removed"}),
    "argument required": ([("paths/~1orders/get/parameters/1/required", True)], {"argument-required"}),
    "argument optional": ([("paths/~1orders/get/parameters/2/required", False)], {"argument-optional"}),
    "argument type": ([("paths/~1orders/get/parameters/1/schema/type", "string")], {"argument-type"}),
    "argument nullable": ([("schemas/NewOrder/properties/callback_url/type", ["string", "null"])], {"argument-nullable"}),
    "argument renamed": ([("paths/~1orders/post/parameters", [{"name": "note", "in": "query", "schema": STRING}])], {"argument-renamed", "argument-added"}),
    "argument default": ([("paths/~1orders/get/parameters/1/schema/default", 50)], {"argument-default"}),
    "argument style": ([("paths/~1orders/get/parameters/0/explode", False)], {"argument-style"}),
    "argument moved": ([("paths/~1people/get/parameters/1/in", "query")], {"argument-moved"}),
    "body property required": ([("schemas/NewOrder/required", plus("note"))], {"argument-required", "sent-field-required"}),
    "body added": ([("paths/~1orders~1{order_id}/delete/requestBody", {"content": {"application/json": {"schema": ref("PersonPatch")}}})], {"body-added"}),
    "required body added": ([("paths/~1orders~1{order_id}/delete/requestBody", {"required": True, "content": {"application/json": {"schema": ref("Address")}}})], {"body-added-required"}),
    "body removed": ([("paths/~1people/put/requestBody", GONE)], {"body-removed"}),
    "body optional": ([("paths/~1orders/post/requestBody/required", False)], {"body-optional"}),
    "body type": ([("paths/~1people/put/requestBody/content/application~1json/schema", ref("Address"))], {"body-type"}),
    "body shape": ([("paths/~1people/put/requestBody/content/application~1json/schema", {"type": "array", "items": ref("PersonPatch")})], {"body-shape", "body-type"}),
    "body media type": ([("paths/~1people/put/requestBody/content/application~1x-www-form-urlencoded", {"schema": ref("PersonPatch")})], {"body-media-types"}),
    "reply": ([("paths/~1orders/post/responses/201/content/application~1json/schema", ref("Person"))], {"reply"}),
    "pagination": ([("paths/~1people/get/x-hooksmith-pagination", GONE)], {"pagination"}),
    "errors": ([("paths/~1orders/get/responses/404", GONE)], {"errors"}),
    "permissions": ([("paths/~1orders/get/x-hooksmith-permissions", {"permissions": ["orders:read"]})], {"permissions"}),
    "call security": ([("paths/~1orders/get/security", [{"key": []}])], {"call-security"}),
    # callbacks
    "callback added": ([("paths/~1orders/post/callbacks/failed", BASE["paths"]["/orders"]["post"]["callbacks"]["done"])], {"callback-added"}),
    "callback removed": ([("paths/~1orders/post/callbacks", GONE)], {"callback-removed"}),
    "callback path": ([("paths/~1orders/post/operationId", "make_order")], {"callback-path"}),
    "callback body": ([("paths/~1orders/post/callbacks/done/{$request.body#~1callback_url}/post/requestBody/content/application~1json/schema", ref("Order"))], {"callback-body"}),
    "callback reply": ([("paths/~1orders/post/callbacks/done/{$request.body#~1callback_url}/post/responses", {"200": {"description": "Taken.", "content": {"application/json": {"schema": ref("Address")}}}})], {"callback-reply"}),
    # the client
    "title": ([("info/title", "Apex")], {"client-renamed"}),
    "server": ([("servers/0/url", "https://eu.acme.test/{region}")], {"server"}),
    "further server": ([("servers", plus({"url": "https://test.acme.test"}))], {"servers"}),
    "server variable": ([("servers/0/variables/region/default", "us")], {"client-setting"}),
    "scheme added": ([("components/securitySchemes/oauth", {"type": "http", "scheme": "basic"})], {"auth-added"}),
    "scheme removed": ([("components/securitySchemes/key", GONE)], {"auth-removed"}),
    "scheme": ([("components/securitySchemes/key/name", "X-Api-Key")], {"auth"}),
    "security": ([("security", [{"key": []}])], {"security"}),
    # texts
    "description": ([("schemas/Money/description", "An amount.")], {"description"}),
    "not deprecated": ([("schemas/Money/deprecated", True)], {"deprecated"}),
}  # fmt: skip


def edited(*names: str) -> dict[str, Any]:
    """The document after edits."""
    document = copy.deepcopy(BASE)
    for name in names:
        for path, target in EDITS[name][0]:
            _set(document, path, target)
    return document


def _set(document: dict[str, Any], path: str, target: Any) -> None:
    keys = [key.replace("~1", "/").replace("~0", "~") for key in path.split("/")]
    if keys[0] == "schemas":
        keys.insert(0, "components")
    node: Any = document
    for key in keys[:-1]:
        node = node[int(key) if isinstance(node, list) else key]
    last = int(keys[-1]) if isinstance(node, list) else keys[-1]
    if target is GONE:
        del node[last]
    else:
        known = node[last] if isinstance(node, list) or last in node else None
        node[last] = target(known) if callable(target) else copy.deepcopy(target)
