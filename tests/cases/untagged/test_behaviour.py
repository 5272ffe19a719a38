"""Calls without a tag: what shares the beginning of its path is a resource, what stands alone is `default`'s."""

from __future__ import annotations

from typing import Any

from support.wire import Wire, reply


def calls(client: Any, resource: str) -> set[str]:
    return {name for name in dir(getattr(client, resource)) if not name.startswith("_")}


def test_paths_that_begin_likewise_are_a_resource(case: Any) -> None:
    """Versions, templates, how words are joined and what is done with the things do not count."""
    wire = Wire(reply(None, status=204))
    client = wire.client(case)
    client.customers.get_customer(id_="c1")
    assert str(wire.last.url) == "https://api.example.com/v1/customers/c1"
    assert calls(client, "customers") == {
        "list_customers", "post_v1_customers", "get_customer", "search_customers",
    }  # fmt: skip
    assert calls(client, "payment_intents") == {"list_intents", "get_intent"}


def test_a_path_alone_names_none(case: Any) -> None:
    client = Wire().client(case)
    assert calls(client, "default") == {"ping", "send_message", "send_message_by_get"}
    assert not hasattr(client, "ping")


def test_the_tag_of_that_name_is_that_resource(case: Any) -> None:
    client = Wire().client(case)
    assert calls(client, "invoices") == {"list_invoices", "void_invoice"}
    assert type(client.invoices).__name__ == "Invoices"


def test_names_that_are_taken(case: Any) -> None:
    """`stream` is the client's own, `class` is Python's."""
    client = Wire().client(case)
    assert calls(client, "stream_") == {"close_stream", "open_stream"}
    assert calls(client, "class_") == {"list_classes", "get_class"}


def test_no_other_path_moves_where_callbacks_are_received(case: Any) -> None:
    assert calls(Wire().client(case), "subscriptions") == {"subscribe", "get_subscription"}
    (callback,) = case.module("callbacks").CALLBACKS
    assert callback.path == "/default/subscribe/url"
