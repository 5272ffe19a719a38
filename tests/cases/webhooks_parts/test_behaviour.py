"""A type that a header and a property tell together, and payloads that lack what their document requires."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

PAYLOADS = json.loads(Path(__file__).with_name("payloads.json").read_text("utf-8"))
CREATED = PAYLOADS[0]["examples"][0]
PUSHED = PAYLOADS[1]["examples"][0]


def parse(case: Any, name: str, body: Any, **options: Any) -> Any:
    return case.package.parse_event(json.dumps(body), {"x-github-event": name}, **options)


def test_types_are_the_documents_keys(case: Any) -> None:
    assert [kind.value for kind in case.event_type] == [
        "branch-rule-created",
        "branch-rule-deleted",
        "branch-rule-promoted-to-team",
        "push",
    ]


def test_a_key_that_is_not_what_the_parts_say(case: Any) -> None:
    event = parse(case, "branch_rule", {"action": "promote_to_team"})
    assert type(event) is case.package.BranchRulePromotedToTeam
    assert case.events.CATALOGUE.type_of(event) == "branch-rule-promoted-to-team"
    delivery = case.module("testing").example("branch-rule-promoted-to-team")
    assert type(delivery.event) is case.package.BranchRulePromotedToTeam


def test_every_payload_is_typed(case: Any) -> None:
    webhook = case.module("testing").webhook()
    found = []
    for entry in PAYLOADS:
        for body in entry["examples"]:
            raw = json.dumps(body).encode()
            headers = {"X-GitHub-Event": entry["name"], **webhook.sign(raw)}
            event = webhook.unwrap(raw, headers)
            found.append(case.events.CATALOGUE.type_of(event, headers))
            assert type(event) in case.events.CATALOGUE.models.values()
    assert found == [
        "branch-rule-created",
        "branch-rule-created",
        "branch-rule-deleted",
        "push",
        "push",
    ]


def test_what_an_object_lacks_is_absent(case: Any) -> None:
    event = parse(case, "branch_rule", PAYLOADS[0]["examples"][1])
    assert event.repository.full_name == "ada/engine"
    assert event.repository.owner.login == "ada"
    for owner, name in ((event.repository, "has_discussions"), (event.repository.owner, "node_id")):
        assert not hasattr(owner, name)
    with pytest.raises(AttributeError, match="has_discussions"):
        event.repository.has_discussions  # noqa: B018 - reading it is the test
    assert event.to_dict() == PAYLOADS[0]["examples"][1]
    assert "full_name" in repr(event)


def test_null_in_place_of_what_is_required_is_absent(case: Any) -> None:
    event = parse(case, "branch_rule", PAYLOADS[0]["examples"][2])
    assert not hasattr(event.rule, "strict")


def test_objects_in_lists_may_lack_as_well(case: Any) -> None:
    event = parse(case, "push", PAYLOADS[1]["examples"][1])
    assert event.commits[0].id == "c"
    assert not hasattr(event.commits[0], "distinct")


def test_strict_does_not_bear_it(case: Any) -> None:
    with pytest.raises(case.package.EventParseError) as caught:
        parse(case, "branch_rule", PAYLOADS[0]["examples"][1], strict=True)
    assert [issue.where for issue in caught.value.issues] == [
        "/rule/strict",
        "/repository/has_discussions",
        "/repository/owner/node_id",
    ]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("branch_rule", {"action": "deleted"}),
        ("branch_rule", {**CREATED, "rule": {"id": "one"}}),
        ("branch_rule", {**CREATED, "repository": {"id": 7, "owner": {"login": 1}}}),
        ("push", {**PUSHED, "commits": [1]}),
    ],
    ids=["its own property", "another type", "another type within", "no object"],
)
def test_what_is_at_odds_still_drifts(case: Any, name: str, body: Any) -> None:
    event = parse(case, name, body)
    assert type(event) is case.package.DriftedEvent
    assert event.issues


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("branch_rule", {"action": "archived"}, "branch_rule.archived"),
        ("fork", {}, "fork"),
        ("push", {"action": "twice"}, "push.twice"),
        ("branch_rule", {"action": 1}, "branch_rule"),
    ],
)
def test_unknown(case: Any, name: str, body: Any, kind: str) -> None:
    event = parse(case, name, body)
    assert (type(event), event.type) == (case.package.UnknownEvent, kind)


@pytest.mark.parametrize("name", ["branch_rule", "branch-rule", "BranchRule", "BRANCH_RULE"])
def test_signs_and_case_do_not_matter(case: Any, name: str) -> None:
    assert type(parse(case, name, CREATED)) is case.package.BranchRuleCreated


def test_an_action_deeper_in_the_body_is_not_the_events(case: Any) -> None:
    body = {"repository": {"action": "deleted"}, **CREATED}
    assert type(parse(case, "branch_rule", body)) is case.package.BranchRuleCreated


def test_headers_that_can_be_read_but_once(case: Any) -> None:
    pairs = iter([("x-github-event", "branch_rule")])
    event = case.package.parse_event(json.dumps({**CREATED, "rule": {"id": 1}}), pairs)
    assert type(event) is case.package.BranchRuleCreated


def test_no_header_no_event(case: Any) -> None:
    with pytest.raises(case.package.EventParseError, match="X-GitHub-Event"):
        case.package.parse_event(json.dumps(CREATED))
    event = case.package.parse_event(json.dumps(CREATED), type="branch-rule-created")
    assert type(event) is case.package.BranchRuleCreated


def test_the_form_that_the_document_declares(case: Any) -> None:
    raw = urlencode({"payload": json.dumps(PUSHED)}).encode()
    headers = {"X-GitHub-Event": "push", "Content-Type": "application/x-www-form-urlencoded"}
    event = case.package.parse_event(raw, headers)
    assert (type(event), event.ref) == (case.package.Pushed, "refs/heads/main")


def test_deliveries_are_told_apart_by_their_header(case: Any) -> None:
    testing, seen = case.module("testing"), []
    receiver = case.package.WebhookReceiver(testing.webhook())
    receiver.on(case.package.BranchRuleCreated)(seen.append)
    delivery = testing.example(case.package.BranchRuleCreated)
    assert delivery.headers["X-GitHub-Event"] == "branch_rule"
    for id_ in ("a", "a", "b"):
        headers = {**delivery.headers, "X-GitHub-Delivery": id_}
        assert receiver.receive(delivery.body, headers).status == 200
    assert (len(seen), receiver.counts.duplicates) == (2, 1)
