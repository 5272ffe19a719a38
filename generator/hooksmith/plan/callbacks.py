"""The callbacks of all operations → the modules that have them and their receiver."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from ..ir import ANY, AnyDefinition, Api, Callback, Named, Operation, Reply, Resource
from ..naming.casing import snake, upper
from ..naming.resource_names import NO_TAG
from ..naming.unique_names import unique
from ..openapi.media_types import is_form
from .annotations import AnnotationWriter
from .docstrings import sentence
from .events import written_in_form
from .imports import Imports
from .literals import literal
from .views import CallbackReceiverView, CallbacksView, CallbackView, WebhookView
from .webhook import scheme_expression

_OK = 200
_STATUS = re.compile("2[0-9]{2}")
_Registered = tuple[Resource, Operation, Callback]


def plan_callbacks(
    api: Api, definitions: Mapping[str, AnyDefinition], runtime: str
) -> CallbacksView | None:
    """A constant for each callback; None where the document has none."""
    found = [
        (resource, operation, callback)
        for resource in api.resources
        for operation in resource.operations
        for callback in operation.callbacks
    ]
    if not found:
        return None
    imports = Imports(runtime=runtime, home=lambda name: ".models")
    imports.add("typing", "Any")
    imports.add_runtime("callbacks.callback", "Callback")
    names = unique(_names(found), upper, ("Callback", "CALLBACKS"))
    paths = _paths(found)
    views = tuple(
        _view(registered, name, path, definitions, imports)
        for registered, name, path in zip(found, names, paths, strict=True)
    )
    return CallbacksView(imports=imports.block(), callbacks=views)


def _names(found: list[_Registered]) -> list[str]:
    """Operation and callback; where that is not one request alone, its address and method too."""
    short = [f"{operation.name} {callback.name}" for _, operation, callback in found]
    return [
        (name if short.count(name) == 1 else f"{name} {callback.expression} {callback.method}")
        for name, (_, _, callback) in zip(short, found, strict=True)
    ]


def _paths(found: list[_Registered]) -> list[str]:
    """Where a receiver takes each: `/subscriptions/subscribe/callback_url`.

    Callbacks of a call that are told one address share a path. It says nothing of other calls, for it is known to the
    API for long: no change elsewhere in the document may move it.
    """
    homes = _homes(found)
    slots: dict[tuple[str, str], list[str]] = {}
    for _, operation, callback in found:
        known = slots.setdefault((homes[operation.pointer], operation.name), [])
        if (slot := _slot(callback)) not in known:
            known.append(slot)
    steps = {
        (*call, slot): step
        for call, known in slots.items()
        for slot, step in zip(known, unique(known, snake), strict=True)
    }
    return [
        f"/{home}/{operation.name}/{steps[home, operation.name, _slot(callback)]}"
        for home, operation, callback in (
            (homes[operation.pointer], operation, callback) for _, operation, callback in found
        )
    ]


def _homes(found: list[_Registered]) -> dict[str, str]:
    """Pointer of a call → the first part of its callbacks' paths.

    A call without a tag may move to another resource as paths come and go, so that is none of it, but for those that
    are called alike.
    """
    untagged = {it.pointer: it.name for _, it, _ in found if not it.tag}
    tagged = {it.name for resource, it, _ in found if it.tag and resource.name == NO_TAG}
    count = Counter(untagged.values())
    return {
        it.pointer: NO_TAG
        if not it.tag and count[it.name] == 1 and it.name not in tagged
        else resource.name
        for resource, it, _ in found
    }


def _slot(callback: Callback) -> str:
    """What of the call says the address, as `callbackUrl` of `{$request.body#/callbackUrl}`.

    The callback's name where the expression does not begin with a part of the call: there the document has the address.
    """
    stated = callback.expression
    part = stated[1:].partition("}")[0] if stated.startswith("{") and "}" in stated else ""
    part = stated if stated.startswith("$") else part
    source, _, pointer = part.partition("#")
    for place in (
        "$request.query.",
        "$request.header.",
        "$request.path.",
        "$response.header.",
        "$",
    ):
        source = source.removeprefix(place)
    return pointer.strip("/") or source or callback.name


def _view(
    registered: _Registered,
    name: str,
    path: str,
    definitions: Mapping[str, AnyDefinition],
    imports: Imports,
) -> CallbackView:
    _, operation, callback = registered
    form = _form(callback, definitions)
    received = AnnotationWriter(definitions, imports, strict=False)
    media_type = callback.media_type or "application/json"
    bodiless = callback.type is None and callback.media_type is None
    reply = callback.reply
    answered = _answered(reply, AnnotationWriter(definitions, imports, strict=True))
    reply_type = (reply and reply.media_type) or "application/json"
    return CallbackView(
        constant=name,
        pointer=callback.pointer,
        annotation="None" if bodiless else received.annotation(callback.type or ANY),
        reply=answered,
        operation=literal(operation.name),
        route=literal(operation.path),
        name=literal(callback.name),
        expression=literal(callback.expression),
        method=literal(callback.method),
        path=literal(path),
        media_type="" if media_type == "application/json" else literal(media_type),
        form=literal(form) if form else "",
        status=_status(reply),
        reply_media_type=(
            "" if not answered or reply_type == "application/json" else literal(reply_type)
        ),
        doc=_doc(callback),
        line=f"{callback.method} {callback.expression}",
    )


def _form(callback: Callback, definitions: Mapping[str, AnyDefinition]) -> dict[str, str]:
    """How a form has the body's properties; empty where it is none."""
    if not isinstance(callback.type, Named) or not is_form(callback.media_type or ""):
        return {}
    return written_in_form(callback.type.name, definitions)


def _answered(reply: Reply | None, sent: AnnotationWriter) -> str:
    """The annotation of what is answered; empty where nothing is, or what no function returns."""
    if reply is None or reply.media_type is None or reply.media_type.startswith("multipart/"):
        return ""
    return sent.annotation(reply.type or ANY)


def _status(reply: Reply | None) -> str:
    """The status of success; empty where it is 200, as for `2XX` and `default`."""
    exact = reply is not None and _STATUS.fullmatch(reply.status) and int(reply.status) != _OK
    return reply.status if reply is not None and exact else ""


def _doc(callback: Callback) -> str:
    said = "\n\n".join(part for part in (sentence(callback.summary), callback.description) if part)
    return f"{said}\n\nDeprecated.".strip() if callback.deprecated else said


def plan_callback_receiver(
    api: Api, webhook: WebhookView | None, runtime: str
) -> CallbackReceiverView | None:
    """The receiver's module; with the document's scheme, where no `webhook` has it."""
    if not any(
        operation.callbacks for resource in api.resources for operation in resource.operations
    ):
        return None
    imports = Imports(runtime=runtime)
    imports.add(".callbacks", "CALLBACKS")
    imports.add_runtime("callbacks.receiver", "BaseCallbackReceiver")
    declared = api.signature if api.signature and not webhook else {"scheme": "unestablished"}
    scheme = scheme_expression(declared, imports)
    return CallbackReceiverView(scheme=scheme, imports=imports.block())
