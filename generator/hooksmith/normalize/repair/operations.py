"""Repair of operations and their surroundings: path parameters, unique ids, status codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from ...json_pointer import escape
from ...openapi.grammar import Node
from ...openapi.operations import operations
from ...openapi.references import resolve_local
from ..diagnostics import Findings
from .coerce import DROP, text, word
from .path_parameters import fit_path_parameters

LOCATIONS = ("path", "query", "header", "cookie", "querystring")
STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form", "cookie"),
}
_TEMPLATE = re.compile(r"\{([^{}]*)\}")


def mend_operations(document: Node, findings: Findings) -> None:
    """Repair paths, webhooks and callbacks of a document whose objects have their shape, in place."""
    _Mender(document, findings).run()


class _Mender:
    def __init__(self, document: Node, findings: Findings) -> None:
        self._document = document
        self._findings = findings
        self._warn = findings.warn
        self._ids: dict[str, list[str]] = {}

    def run(self) -> None:
        self._root()
        for path, item in self._path_items("paths"):
            for method, operation in operations(item):
                place = f"/paths/{escape(path)}/{method}/operationId"
                self._ids.setdefault(repr(operation.get("operationId")), []).append(place)
        for path, item in self._path_items("paths"):
            self._path_item(path, item, f"/paths/{escape(path)}", _TEMPLATE.findall(path))
        for key, item in self._path_items("webhooks"):
            self._path_item(key, item, f"/webhooks/{escape(key)}", None)
        components = self._document.get("components") or {}
        for name, body in (components.get("requestBodies") or {}).items():
            self._body(body, f"/components/requestBodies/{escape(name)}")
        self._callbacks(components, "/components")

    def _path_items(self, section: str) -> Iterator[tuple[str, Node]]:
        for key, item in (self._document.get(section) or {}).items():
            if isinstance(item, dict) and not (section == "paths" and key.startswith("x-")):
                yield key, item

    # --- the document's own lists

    def _root(self) -> None:
        document = self._document
        document["info"] = document.get("info") or {}
        for key in ("title", "version", "description", "summary"):
            if key in document["info"]:
                self._text(document["info"], key, "/info")
        document["tags"] = self._root_tags(document.get("tags") or [])
        document["servers"] = self._servers(document, "")
        for name, scheme in (
            (document.get("components") or {}).get("securitySchemes") or {}
        ).items():
            self._scheme(scheme, name)
        self._security(document, "")

    def _root_tags(self, items: list[Any]) -> list[Node]:
        tags = []
        for index, tag in enumerate(items):
            place = f"/tags/{index}"
            if isinstance(tag, str):
                self._warn(place, "a tag is described by a mapping", f"write `- name: {tag}`")
                tags.append({"name": tag})
            elif isinstance(tag, dict) and (name := text(tag.get("name"))) is not DROP:
                tags.append({**tag, "name": name})
            else:
                self._warn(place, "this tag has no name, and is left out")
        return tags

    def _servers(self, holder: Node, pointer: str) -> list[Node]:
        servers = []
        for index, server in enumerate(holder.get("servers") or ()):
            if isinstance(server.get("url"), str):
                self._variables(server, f"{pointer}/servers/{index}")
                servers.append(server)
            else:
                self._warn(f"{pointer}/servers/{index}", "this server has no URL, and is left out")
        return servers

    def _variables(self, server: Node, pointer: str) -> None:
        if "variables" not in server:
            return
        declared = server["variables"]
        variables: Node = {}
        for name, facts in declared.items() if isinstance(declared, dict) else ():
            if isinstance(facts, dict):
                variables[name] = _variable(facts)
        if variables != declared:
            self._warn(
                f"{pointer}/variables",
                "not all of these are variables with text as their values; taken as such",
            )
        server["variables"] = variables

    def _scheme(self, scheme: Node, name: str) -> None:
        pointer = f"/components/securitySchemes/{escape(name)}"
        if scheme.get("type") == "apiKey" and not isinstance(scheme.get("name"), str):
            self._warn(
                pointer,
                f"name: is missing; taken as {name!r}",
                "the name of the header, parameter or cookie",
            )
            scheme["name"] = name
        if scheme.get("type") == "apiKey" and scheme.get("in") not in ("header", "query", "cookie"):
            self._warn(pointer, "in: is none of header, query, cookie; taken as header")
            scheme["in"] = "header"

    def _text(self, holder: Node, key: str, pointer: str) -> None:
        string = text(holder[key])
        if string is DROP:
            self._warn(f"{pointer}/{key}", f"{key}: is not text, and left out")
            del holder[key]
        else:
            holder[key] = string

    def _security(self, holder: Node, pointer: str) -> None:
        """Alternatives that name schemes which the document does not describe cannot be followed."""
        schemes = (self._document.get("components") or {}).get("securitySchemes") or {}
        if "security" not in holder:
            return
        alternatives = [
            alternative
            for alternative in holder["security"]
            if alternative.keys() <= schemes.keys()
        ]
        if len(alternatives) < len(holder["security"]):
            unknown = sorted(
                {name for one in holder["security"] for name in one if name not in schemes}
            )
            self._warn(
                f"{pointer}/security",
                f"there is no security scheme {', '.join(unknown)}; left out",
                "describe it in components.securitySchemes",
            )
            if alternatives:
                holder["security"] = alternatives
            else:
                del holder["security"]

    # --- operations

    def _path_item(self, path: str, item: Node, pointer: str, template: list[str] | None) -> None:
        if template is not None and "#" in path:
            self._warn(
                pointer,
                "a path has no fragment: what follows the # only tells operations apart, and is not sent",
            )
        elif template is not None and not path.startswith("/"):
            self._warn(pointer, "a path begins with a slash; sent with one", f"write /{path}")
        shared = self._parameters(item, pointer, template)
        for method, operation in operations(item):
            place = f"{pointer}/{method}"
            self._identity(operation, place, named=template is not None)
            self._operation_tags(operation, place)
            self._security(operation, place)
            parameters = self._parameters(operation, place, template)
            if template is not None:
                fit_path_parameters(
                    (operation, item), path, template, [*shared, *parameters],
                    follow=self._follow, warn=partial(self._warn, place),
                )  # fmt: skip
            if "responses" in operation or template is not None:
                self._responses(operation, place)
            if "requestBody" in operation:
                self._body(operation["requestBody"], f"{place}/requestBody")
            self._callbacks(operation, place)

    def _callbacks(self, holder: Node, pointer: str) -> None:
        for name, callback in (holder.get("callbacks") or {}).items():
            for expression, item in callback.items():
                if isinstance(item, dict):
                    self._path_item(
                        expression,
                        item,
                        f"{pointer}/callbacks/{escape(name)}/{escape(expression)}",
                        None,
                    )

    def _identity(self, operation: Node, pointer: str, *, named: bool) -> None:
        """An id that several operations have is none's, so that no other's coming or going changes a name."""
        identity = operation.get("operationId")
        holders = self._ids.get(repr(identity), [])
        if identity is None or not named or len(holders) < 2:
            return
        place = f"{pointer}/operationId"
        if place != holders[0]:
            self._warn(
                place,
                f"operationId {identity!r} is used twice, first at {self._findings.place(holders[0])}; "
                "they are named after their methods and paths",
                "give each operation an id of its own",
            )
        del operation["operationId"]

    def _operation_tags(self, operation: Node, pointer: str) -> None:
        if "tags" not in operation:
            return
        tags = operation["tags"]
        named = [tag.get("name") if isinstance(tag, dict) else tag for tag in tags]
        names = [name for tag in named if (name := word(tag)) is not DROP]
        if names != tags:
            self._warn(
                f"{pointer}/tags", "these are not all names of tags; what is none is left out"
            )
        operation["tags"] = names

    def _body(self, body: Node, pointer: str) -> None:
        if "$ref" in body or "content" in body:
            return
        if isinstance(body.get("schema"), dict):
            body["content"] = {"application/json": {"schema": body.pop("schema")}}
            self._warn(
                pointer,
                "a body has its schema in `content`; taken as JSON",
                "write `content: {application/json: {schema: …}}`",
            )
        else:
            self._warn(pointer, "this body says nothing of its content: any JSON is taken")
            body["content"] = {"application/json": {}}

    def _responses(self, operation: Node, pointer: str) -> None:
        responses = operation.get("responses")
        if responses is None:
            if str(self._document.get("openapi", "")) < "3.1":
                message = "responses: is missing; what comes back is not read"
                self._warn(pointer, message, "describe at least one reply")
            operation["responses"] = {"default": {"description": ""}}
            return
        for status in list(responses):
            if not status.startswith("x-") and not re.fullmatch(
                r"[1-5]([0-9]{2}|XX)|default", status
            ):
                self._status(responses, status, f"{pointer}/responses/{escape(status)}")

    def _status(self, responses: Node, status: str, pointer: str) -> None:
        """Rename a malformed response key to its status (`200 OK` → `200`, `2xx` → `2XX`), or to `default`; warn."""
        code = re.search(r"[1-5]([0-9]{2}|[xX]{2})", status)
        repaired = code[0].upper() if code else "default"
        if repaired in responses:
            self._warn(
                pointer, f"{status!r} is no status, and left out: {repaired} is described as well"
            )
            del responses[status]
            return
        self._warn(
            pointer,
            f"{status!r} is no status; taken as {repaired}",
            "one of 100 to 599, 1XX to 5XX, default",
        )
        items = [(repaired if key == status else key, value) for key, value in responses.items()]
        responses.clear()
        responses.update(items)

    # --- parameters

    def _parameters(self, holder: Node, pointer: str, template: list[str] | None) -> list[Node]:
        """The parameters of a path item or operation, references followed; those without a name are left out."""
        if "parameters" not in holder:
            return []
        usable, parameters = [], []
        for index, parameter_or_reference in enumerate(holder["parameters"]):
            place = f"{pointer}/parameters/{index}"
            parameter = self._follow(parameter_or_reference)
            if isinstance(parameter.get("name"), str) and self._located(parameter, place, template):
                self._styled(parameter, place)
                usable.append(parameter_or_reference)
                parameters.append(parameter)
            elif "name" not in parameter:
                self._warn(place, "this parameter has no name, and is left out")
        holder["parameters"] = usable
        return parameters

    def _follow(self, node: Node) -> Node:
        while isinstance(node, dict) and "$ref" in node:
            node = resolve_local(self._document, node["$ref"])
        return node if isinstance(node, dict) else {}

    def _located(self, parameter: Node, pointer: str, template: list[str] | None) -> bool:
        location = str(parameter.get("in", ""))
        if location in LOCATIONS:
            return True
        name = parameter["name"]
        repaired = (
            location.lower()
            if location.lower() in LOCATIONS
            else "path"
            if name in (template or ())
            else "query"
        )
        what = (
            f"in: {location!r} is no place for a parameter"
            if location
            else f"the parameter {name!r} does not say where it stands"
        )
        self._warn(
            pointer, f"{what}; taken as {repaired}", "write `in: query`, or path, header, cookie"
        )
        parameter["in"] = repaired
        return True

    def _styled(self, parameter: Node, pointer: str) -> None:
        style = parameter.get("style")
        if style is not None and parameter["in"] in STYLES and style not in STYLES[parameter["in"]]:
            self._warn(
                f"{pointer}/style",
                f"style: {style!r} is no style of a {parameter['in']} parameter, and left out",
            )
            del parameter["style"]
        content = parameter.get("content")
        if isinstance(content, dict) and not content:
            self._warn(f"{pointer}/content", "content: names no media type, and is left out")
            del parameter["content"]
        if "schema" in parameter and "content" in parameter:
            self._warn(
                pointer,
                "has both a schema and content, of which only one can hold: the content does",
            )
            del parameter["schema"]


def _variable(facts: Node) -> Node:
    variable = dict(facts)
    if "default" in variable:
        default = text(variable["default"])
        variable["default"] = "" if default is DROP else default
    if "enum" in variable:
        values = variable["enum"] if isinstance(variable["enum"], list) else [variable["enum"]]
        variable["enum"] = [value for one in values if (value := text(one)) is not DROP]
    return variable
