"""The callbacks of all operations → the modules of the callbacks and of their receiver."""

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
from .form_fields import form_fields
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
    """Plan a constant for each callback; return None if the document has no callbacks."""
    registered = [
        (resource, operation, callback)
        for resource in api.resources
        for operation in resource.operations
        for callback in operation.callbacks
    ]
    if not registered:
        return None
    texts = _texts(registered)
    taken = {"Callback", "CALLBACKS", *filter(definitions.__contains__, map(upper, texts))}
    constants = unique(texts, upper, taken)
    imports = Imports(
        runtime=runtime,
        module_of=lambda name: ".models",
        taken=definitions.keys() | set(constants),
    )
    views = tuple(
        _view(each, constant, path, definitions, imports)
        for each, constant, path in zip(registered, constants, _paths(registered), strict=True)
    )
    return CallbacksView(
        any=imports.add("typing", "Any"),
        class_name=imports.add_runtime("callbacks.callback", "Callback"),
        imports=imports.block(),
        callbacks=views,
    )


def _texts(registered: list[_Registered]) -> list[str]:
    """Return the text for each constant: operation and callback; for several requests, address and method too."""
    short = [f"{operation.name} {callback.name}" for _, operation, callback in registered]
    count = Counter(short)
    return [
        text if count[text] == 1 else f"{text} {callback.expression} {callback.method}"
        for text, (_, _, callback) in zip(short, registered, strict=True)
    ]


def _paths(registered: list[_Registered]) -> list[str]:
    """Return the path of each callback below a receiver's address: `/subscriptions/subscribe/callback_url`.

    Callbacks of an operation that are sent to one address share a path. The API stores the path for long, so no change
    elsewhere in the document may alter it.
    """
    first_segments = _first_segments(registered)
    addresses: dict[tuple[str, str], list[str]] = {}
    for _, operation, callback in registered:
        known = addresses.setdefault((first_segments[operation.pointer], operation.name), [])
        if (address := _address_place(callback)) not in known:
            known.append(address)
    last_segments = {
        (*key, address): segment
        for key, known in addresses.items()
        for address, segment in zip(known, unique(known, snake), strict=True)
    }
    paths = []
    for _, operation, callback in registered:
        first = first_segments[operation.pointer]
        last = last_segments[first, operation.name, _address_place(callback)]
        paths.append(f"/{first}/{operation.name}/{last}")
    return paths


def _first_segments(registered: list[_Registered]) -> dict[str, str]:
    """Return the pointer of an operation → the first segment of its callbacks' paths.

    An operation without a tag may move to another resource as paths are added or removed, so its resource is no part of
    the path, unless several operations have the same name.
    """
    untagged = {
        operation.pointer: operation.name for _, operation, _ in registered if not operation.tag
    }
    tagged = {
        operation.name
        for resource, operation, _ in registered
        if operation.tag and resource.name == NO_TAG
    }
    count = Counter(untagged.values())
    return {
        operation.pointer: NO_TAG
        if not operation.tag and count[operation.name] == 1 and operation.name not in tagged
        else resource.module
        for resource, operation, _ in registered
    }


def _address_place(callback: Callback) -> str:
    """Return the part of the request with the address: `{$request.body#/callbackUrl}` → `callbackUrl`.

    If the expression does not begin with a part of the request, the document has the address: return the callback's
    name.
    """
    expression = callback.expression
    has_braces = expression.startswith("{") and "}" in expression
    part = expression[1:].partition("}")[0] if has_braces else ""
    part = expression if expression.startswith("$") else part
    source, _, pointer = part.partition("#")
    for prefix in (
        "$request.query.",
        "$request.header.",
        "$request.path.",
        "$response.header.",
        "$",
    ):
        source = source.removeprefix(prefix)
    return pointer.strip("/") or source or callback.name


def _view(
    registered: _Registered,
    constant: str,
    path: str,
    definitions: Mapping[str, AnyDefinition],
    imports: Imports,
) -> CallbackView:
    _, operation, callback = registered
    form = _form(callback, definitions)
    received = AnnotationWriter(definitions, imports, strict=False, described=True)
    media_type = callback.media_type or "application/json"
    has_body = callback.type is not None or callback.media_type is not None
    reply = callback.reply
    annotation = _reply_annotation(reply, AnnotationWriter(definitions, imports, strict=True))
    reply_type = (reply and reply.media_type) or "application/json"
    return CallbackView(
        constant=constant,
        pointer=callback.pointer,
        annotation=received.annotation(callback.type or ANY) if has_body else "None",
        reply=annotation,
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
            "" if not annotation or reply_type == "application/json" else literal(reply_type)
        ),
        doc=_doc(callback),
        line=f"{callback.method} {callback.expression}",
    )


def _form(callback: Callback, definitions: Mapping[str, AnyDefinition]) -> dict[str, str]:
    """Return property → encoding of a body that is a form; empty for other bodies."""
    if not isinstance(callback.type, Named) or not is_form(callback.media_type or ""):
        return {}
    return form_fields(callback.type.name, definitions)


def _reply_annotation(reply: Reply | None, sent: AnnotationWriter) -> str:
    """Return the annotation of the reply's content; empty without content, and for multipart content."""
    if reply is None or reply.media_type is None or reply.media_type.startswith("multipart/"):
        return ""
    return sent.annotation(reply.type or ANY)


def _status(reply: Reply | None) -> str:
    """Return the status of success; empty for 200, `2XX` and `default`."""
    if reply is None or not _STATUS.fullmatch(reply.status) or int(reply.status) == _OK:
        return ""
    return reply.status


def _doc(callback: Callback) -> str:
    parts = [sentence(callback.summary), callback.description]
    if callback.deprecated:
        parts.append("Deprecated.")
    return "\n\n".join(part for part in parts if part)


def plan_callback_receiver(
    api: Api, webhook: WebhookView | None, runtime: str
) -> CallbackReceiverView | None:
    """Plan the receiver's module. It has the document's signature scheme if there is no `webhook` module."""
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
