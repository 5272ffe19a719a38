"""The rules: every kind of change, with its category, its message and the rule of the opposite change.

`report.py` decides the final category: without breaks, `types` becomes `compatible`; breaks (`uses.py`) add `types`.
"""

from __future__ import annotations

from typing import Literal

from ..frozen import value

Category = Literal["delivery", "types", "behaviour", "compatible", "docs"]
CATEGORIES: tuple[Category, ...] = ("delivery", "types", "behaviour", "compatible", "docs")
"""From the worst: an event does not parse, does not reach its handler or its signature fails; code does not type-check,
or fails when it runs; the same code does something else; nothing breaks; only texts differ."""

Severity = Literal["error", "warning", "notice"]


@value()
class Rule:
    """A kind of change.

    `category`: the consequence that follows from the change alone; the surface adds `types`. `severity`: of that
    consequence. `message`: filled with the names of a change, see `Change`. `mirror`: the rule of the opposite change.
    `has_types`: whether breaks of the surface may be attributed to it. `note`: the reason for a rule without a mirror
    of its own.
    """

    id: str
    category: Category
    severity: Severity
    message: str
    mirror: str
    has_types: bool = True
    note: str = ""


_E: Severity = "error"
_W: Severity = "warning"
_N: Severity = "notice"

RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        # --- events
        Rule("event-added", "behaviour", _W, "event {name} is new: it reaches the fallback alone, and an `exhaustive` receiver refuses to start", "event-removed"),
        Rule("event-removed", "delivery", _E, "event {name} is gone: its handler is never called, and `on({name!r})` raises KeyError at import", "event-added"),
        Rule("event-class", "delivery", _E, "event {name} comes as {new}: handlers of {old} are not called for it", "event-class"),
        Rule("event-member-renamed", "types", _E, "EventType.{old} is called EventType.{new}", "event-member-renamed"),
        Rule("event-batch", "delivery", _E, "event {name} comes {new}, not {old}", "event-batch"),
        Rule("event-media-type", "delivery", _E, "event {name} comes as {new}, not as {old}", "event-media-type"),
        Rule("events-type-position", "delivery", _E, "the type of an event is looked for at {new}, not at {old}", "events-type-position"),
        Rule("events-id-position", "behaviour", _E, "the id of an event is {new}, not {old}: events are handled again, for their ids differ", "events-id-position"),
        Rule("events-timestamp-position", "behaviour", _W, "the time of an event is {new}, not {old}", "events-timestamp-position"),
        Rule("events-form-position", "behaviour", _W, "deliveries come {new}, not {old}", "events-form-position"),
        Rule("signature", "delivery", _E, "deliveries are signed otherwise: {new}, not {old}", "signature"),
        # --- callbacks
        Rule("callback-added", "compatible", _N, "callback {name} is new", "callback-removed"),
        Rule("callback-removed", "delivery", _E, "callback {name} is gone: addresses given to the API for it go dead", "callback-added"),
        Rule("callback-path", "delivery", _E, "callback {name} is taken at {new}, not at {old}: addresses given to the API before go dead", "callback-path"),
        Rule("callback-renamed", "types", _E, "the constant {old} is called {new}", "callback-renamed"),
        Rule("callback-body", "types", _E, "callback {name} has another body: {new}, not {old}", "callback-body"),
        Rule("callback-reply", "types", _E, "callback {name} is answered by {new}, not by {old}", "callback-reply"),
        # --- what a package reads of deliveries that another document describes
        Rule("delivery-drift-deployed", "delivery", _E, "the deployed package reads new deliveries as DriftedEvent: {name}: {new}", "delivery-drift-upgraded", has_types=False),
        Rule("delivery-drift-upgraded", "delivery", _E, "the new package reads deliveries of the old form as DriftedEvent: {name}: {new}", "delivery-drift-deployed", has_types=False),
        Rule("delivery-absent-deployed", "behaviour", _W, "{name} may be absent in new deliveries: `hasattr` tells, and reading it raises AttributeError", "delivery-absent-upgraded", has_types=False),
        Rule("delivery-absent-upgraded", "behaviour", _W, "{name} may be absent in deliveries of the old form: `hasattr` tells, and reading it raises AttributeError", "delivery-absent-deployed", has_types=False),
        Rule("delivery-unknown-deployed", "behaviour", _W, "{name}: the deployed package reads {new} as Unknown", "delivery-unknown-upgraded", has_types=False),
        Rule("delivery-unknown-upgraded", "behaviour", _W, "{name}: the new package reads {new}, of the old form, as Unknown", "delivery-unknown-deployed", has_types=False),
        Rule("delivery-value-deployed", "behaviour", _W, "{name}: the deployed package reads {new} as a plain value", "delivery-value-upgraded", has_types=False),
        Rule("delivery-value-upgraded", "behaviour", _W, "{name}: the new package reads {new}, of the old form, as a plain value", "delivery-value-deployed", has_types=False),
        # --- fields of received classes
        Rule("received-field-added", "compatible", _N, "{name} is new", "received-field-removed"),
        Rule("received-field-added-required", "compatible", _N, "{name} is new, and always there", "received-field-removed"),
        Rule("received-field-removed", "types", _E, "{name} is gone", "received-field-added"),
        Rule("received-field-optional", "compatible", _W, "{name} may be absent now: it reads as None", "received-field-required"),
        Rule("received-field-required", "compatible", _N, "{name} is always there now", "received-field-optional"),
        Rule("received-field-nullable", "compatible", _W, "{name} may be null now", "received-field-not-nullable"),
        Rule("received-field-not-nullable", "compatible", _N, "{name} is never null now", "received-field-nullable"),
        Rule("received-field-type", "compatible", _W, "{name} has another type: {new}, not {old}", "received-field-type"),
        Rule("received-field-default", "docs", _N, "the default of {name} is {new}, not {old}", "received-field-default", has_types=False),
        # --- fields of sent classes
        Rule("sent-field-added", "compatible", _N, "{name} can be given", "sent-field-removed"),
        Rule("sent-field-added-required", "behaviour", _E, "{name} must be given: requests of deployed code lack it", "sent-field-removed"),
        Rule("sent-field-removed", "behaviour", _E, "{name} is gone: the API does not take it any more", "sent-field-added"),
        Rule("sent-field-required", "behaviour", _E, "{name} must be given now", "sent-field-optional"),
        Rule("sent-field-optional", "compatible", _W, "{name} may be left out now", "sent-field-required"),
        Rule("sent-field-nullable", "compatible", _W, "{name} may be null now", "sent-field-not-nullable"),
        Rule("sent-field-not-nullable", "behaviour", _W, "{name} may not be null any more", "sent-field-nullable"),
        Rule("sent-field-type", "compatible", _W, "{name} takes another type: {new}, not {old}", "sent-field-type"),
        Rule("sent-field-default", "behaviour", _W, "the API's default of {name} is {new}, not {old}", "sent-field-default"),
        # --- fields of either
        Rule("field-renamed", "types", _E, "{old} is called {new}; on the wire it is still {name}", "field-renamed"),
        Rule("field-direction", "compatible", _W, "{name} is {new}, not {old}", "field-direction"),
        # --- enums
        Rule("enum-value-added", "behaviour", _W, "{name} has the value {new}, which code has not seen", "enum-value-removed"),
        Rule("enum-value-removed", "types", _E, "{name} has the value {old} no more", "enum-value-added"),
        Rule("enum-member-renamed", "types", _E, "{old} is called {new}", "enum-member-renamed"),
        Rule("enum-openness", "compatible", _W, "{name} is {new}, not {old}", "enum-openness"),
        # --- definitions
        Rule("class-added", "compatible", _N, "{name} is new", "class-removed"),
        Rule("class-removed", "types", _E, "{name} is gone", "class-added"),
        Rule("class-renamed", "types", _E, "{old} is called {new}", "class-renamed"),
        Rule("class-kind", "types", _E, "{name} is {new}, not {old}", "class-kind"),
        Rule("class-bases", "compatible", _W, "{name} extends {new}, not {old}", "class-bases"),
        Rule("class-direction", "compatible", _W, "{name} is {new}, not {old}", "class-direction"),
        Rule("class-moved", "types", _E, "{name} is imported from {new}, not from {old}", "class-moved"),
        Rule("alias-type", "compatible", _W, "{name} is {new}, not {old}", "alias-type"),
        Rule("extra-properties", "compatible", _N, "further properties of {name} are {new}, not {old}", "extra-properties"),
        Rule("constraint-tightened", "docs", _N, "{name} is limited: {new}, not {old}", "constraint-loosened", has_types=False),
        Rule("constraint-loosened", "docs", _N, "{name} is limited less: {new}, not {old}", "constraint-tightened", has_types=False),
        Rule("assertion", "docs", _N, "further assertions of {name} are {new}, not {old}", "assertion", has_types=False),
        # --- arguments
        Rule("argument-added", "compatible", _N, "{owner} takes {name}", "argument-removed"),
        Rule("argument-added-required", "behaviour", _E, "{owner} takes {name}, which must be given", "argument-removed"),
        Rule("argument-removed", "behaviour", _E, "{owner} takes {name} no more", "argument-added"),
        Rule("argument-required", "behaviour", _E, "{name} of {owner} must be given now", "argument-optional"),
        Rule("argument-optional", "compatible", _N, "{name} of {owner} may be left out now", "argument-required"),
        Rule("argument-type", "compatible", _W, "{name} of {owner} takes {new}, not {old}", "argument-type"),
        Rule("argument-nullable", "compatible", _N, "{name} of {owner} may be null now", "argument-not-nullable"),
        Rule("argument-not-nullable", "behaviour", _W, "{name} of {owner} may not be null any more", "argument-nullable"),
        Rule("argument-renamed", "types", _E, "{old} of {owner} is called {new}", "argument-renamed"),
        Rule("argument-default", "behaviour", _W, "the API's default of {name} of {owner} is {new}, not {old}", "argument-default"),
        Rule("argument-style", "behaviour", _W, "{name} of {owner} is written as {new}, not as {old}", "argument-style"),
        Rule("argument-moved", "behaviour", _W, "{name} of {owner} is sent in the {new}, not in the {old}", "argument-moved"),
        Rule("body-added", "compatible", _N, "{owner} takes a request body", "body-removed"),
        Rule("body-added-required", "behaviour", _E, "{owner} takes a request body, which must be given", "body-removed"),
        Rule("body-removed", "types", _E, "{owner} takes a request body no more", "body-added"),
        Rule("body-required", "types", _E, "the request body of {owner} must be given now", "body-optional"),
        Rule("body-optional", "compatible", _W, "the request body of {owner} may be left out now", "body-required"),
        Rule("body-shape", "types", _E, "the request body of {owner} is given as {new}, not as {old}", "body-shape"),
        Rule("body-media-types", "compatible", _N, "{owner} sends {new}, not {old}", "body-media-types"),
        Rule("body-type", "compatible", _W, "the request body of {owner} is {new}, not {old}", "body-type"),
        # --- methods
        Rule("reply", "compatible", _W, "{owner} returns {new}, not {old}", "reply"),
        Rule("pagination", "behaviour", _E, "{owner} gives pages {new}, not {old}", "pagination"),
        Rule("errors", "docs", _N, "{owner} is refused with {new}, not with {old}", "errors", has_types=False),
        Rule("permissions", "docs", _N, "{owner} needs {new}, not {old}", "permissions", has_types=False),
        Rule("call-added", "compatible", _N, "{name} is new", "call-removed"),
        Rule("call-removed", "behaviour", _E, "{name} is gone: deployed code gets 404", "call-added"),
        Rule("call-renamed", "types", _E, "{old} is called {new}", "call-renamed"),
        Rule("call-moved", "types", _E, "{old} is {new} now", "call-moved"),
        Rule("call-address", "behaviour", _W, "{name} goes to {new}, not to {old}", "call-address"),
        # --- clients
        Rule("client-renamed", "types", _E, "{old} is called {new}, after the document's title: `x-hooksmith-client` can keep the name", "client-renamed"),
        Rule("server", "behaviour", _W, "requests go to {new}, not to {old}", "server", has_types=False),
        Rule("servers", "docs", _N, "further servers are {new}, not {old}", "servers", has_types=False),
        Rule("auth-added", "compatible", _N, "the client takes the credentials {name}", "auth-removed"),
        Rule("auth-removed", "behaviour", _W, "the client takes the credentials {name} no more", "auth-added"),
        Rule("auth", "behaviour", _W, "the credentials {name} are {new}, not {old}", "auth"),
        Rule("security", "behaviour", _W, "requests carry {new}, not {old}", "security", has_types=False),
        Rule("call-security", "behaviour", _W, "{owner} carries {new}, not {old}", "call-security", has_types=False),
        Rule("client-setting", "behaviour", _W, "the client's {name} is {new}, not {old}", "client-setting"),
        # --- texts
        Rule("deprecated", "docs", _N, "{name} is deprecated", "undeprecated", has_types=False),
        Rule("undeprecated", "docs", _N, "{name} is not deprecated any more", "deprecated", has_types=False),
        Rule("description", "docs", _N, "{name} is described otherwise", "description", has_types=False),
        # --- breaks that no other change explains
        Rule("surface-changed", "types", _E, "{name} does not type-check any more", "surface-changed", note="a fault of this table: the tests allow none"),
    )
}  # fmt: skip


def mirror(rule: str) -> str:
    """Return the rule of the opposite change."""
    return RULES[rule].mirror
