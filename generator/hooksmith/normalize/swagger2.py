"""Swagger 2.0 → OpenAPI 3.1, in place, before any other step.

Source of the rules: OpenAPI Specification 2.0 and 3.1. What changes place: `definitions`, `parameters`, `responses` and
`securityDefinitions` go below `components`; `in: body` and `in: formData` become a `requestBody` in the media types
that the operation consumes; a reply's `schema` becomes `content` in those that it produces; `type`, `format` and the
like of a parameter become its `schema`; `host`, `basePath` and `schemes` become `servers`. References follow.
"""

from __future__ import annotations

from ..json_pointer import escape, join
from ..openapi.grammar import METHODS, Node, walk
from .bundled_document import Bundle
from .diagnostics import Findings
from .swagger2_nodes import (
    drop_nested_formats,
    field_schema,
    file_as_binary,
    mapping,
    objects,
    relocate,
    security_scheme,
    stripped_text,
    texts,
)

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

_SCHEMA_KEYS = frozenset(
    """type format items default maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems
    minItems uniqueItems enum multipleOf x-nullable x-enum-varnames x-enumNames x-enum-descriptions x-ms-enum example
    x-example""".split()
)
"""Keywords of the value of a parameter or header in 2.0."""
_SECTIONS = {"definitions": "schemas", "responses": "responses", "parameters": "parameters"}


def is_swagger(document: Node) -> bool:
    """Whether the document declares version 2."""
    return "swagger" in document and "openapi" not in document


def upgrade_swagger(bundled: Bundle, findings: Findings) -> None:
    """Make a bundled 2.0 document one of 3.1, as far as places go; schemas keep their dialect.

    What a 3.x document holds of version 2 is taken so too, with a warning.
    """
    upgrade = _Upgrade(bundled, findings)
    upgrade.run()


class _Upgrade:
    def __init__(self, bundled: Bundle, findings: Findings) -> None:
        self._bundled = bundled
        self._document = bundled.document
        self._findings = findings
        self._consumes = texts(self._document.pop("consumes", None))
        self._produces = texts(self._document.pop("produces", None))
        self._components: Node = self._document.setdefault("components", {})
        self._version_2 = is_swagger(self._document)
        self._shared: dict[str, Node] = {}
        self._places: dict[str, str] = {}
        self._shifts: dict[str, str] = {}

    def run(self) -> None:
        document = self._document
        if self._version_2:
            document["openapi"] = "3.0"
            del document["swagger"]
            self._servers()
        for section in _SECTIONS:
            self._take(section)
        self._webhooks()
        self._schemes()
        self._responses()
        self._parameters()
        for path, item in objects(document.get("paths")):
            self._path_item(item, join("", "paths", path))
        for key, item in mapping(document.get("webhooks")).items():
            if isinstance(item, dict):
                self._path_item(item, join("", "webhooks", key))
        for section in ("paths", "components"):
            if section in document:
                document[section] = document.pop(section)
        if self._places or self._shifts:
            self._rewrite()
        if not self._components:
            del document["components"]

    # --- the document's own

    def _servers(self) -> None:
        document = self._document
        host, path = (
            stripped_text(document.pop("host", None)),
            stripped_text(document.pop("basePath", None)),
        )
        schemes = texts(document.pop("schemes", None))
        self._host, self._path = host, "/" + path.strip("/") if path.strip("/") else ""
        urls = self._urls(schemes)
        if urls:
            document["servers"] = [{"url": url} for url in urls]

    def _urls(self, schemes: list[str]) -> list[str]:
        """Return the URLs of servers, `https` first and by default, since credentials need encryption."""
        if not self._host:
            return [self._path] if self._path else []
        ordered = sorted(schemes or ["https"], key=lambda scheme: scheme != "https")
        return [
            f"{scheme}://{self._host}{self._path}"
            for scheme in ordered
            if scheme in ("http", "https")
        ]

    def _take(self, section: str) -> None:
        """Move a section of the root below `components`, beside the components from other files."""
        components = mapping(self._document.pop(section, None))
        if components:
            self._old(
                f"/{section}", f"{section}: in OpenAPI 3 this is components.{_SECTIONS[section]}"
            )
        target = self._components.setdefault(_SECTIONS[section], {})
        for name, value in components.items():
            target.setdefault(name, value)
            self._note(
                f"/{section}/{escape(name)}", f"/components/{_SECTIONS[section]}/{escape(name)}"
            )
        if not target:
            del self._components[_SECTIONS[section]]

    def _old(self, pointer: str, message: str) -> None:
        """Warn of a construct of version 2 in a document of version 3."""
        if not self._version_2:
            self._findings.warn(pointer, message)

    def _note(self, old: str, new: str) -> None:
        self._places[old] = new
        section = "/".join(old.split("/")[:4])
        self._bundled.upgraded[new] = (
            self._bundled.upgraded.get(section, section) + old[len(section) :]
        )

    def _shift(self, old: str, new: str) -> None:
        """Record a change of position within a list."""
        if old != new:
            self._shifts[old] = new
            self._bundled.upgraded[new] = old

    def _webhooks(self) -> None:
        """`x-webhooks`, as 2.0 and 3.0 documents have them, are 3.1's."""
        extension, webhooks = self._document.get("x-webhooks"), self._document.get("webhooks", {})
        if isinstance(extension, dict) and isinstance(webhooks, dict):
            self._document["webhooks"] = {**self._document.pop("x-webhooks"), **webhooks}
            self._note("/x-webhooks", "/webhooks")

    def _schemes(self) -> None:
        definitions = mapping(self._document.pop("securityDefinitions", None))
        if definitions:
            self._old(
                "/securityDefinitions",
                "securityDefinitions: in OpenAPI 3 this is components.securitySchemes",
            )
            self._components["securitySchemes"] = {
                name: security_scheme(mapping(facts)) for name, facts in definitions.items()
            }
        for name in definitions:
            self._note(
                f"/securityDefinitions/{escape(name)}",
                f"/components/securitySchemes/{escape(name)}",
            )

    # --- replies

    def _responses(self) -> None:
        for name, response in objects(self._components.get("responses")):
            self._response(response, f"/components/responses/{escape(name)}", self._produces)

    def _response(self, response: Node, pointer: str, produces: list[str]) -> None:
        schema, examples = response.pop("schema", None), mapping(response.pop("examples", None))
        if schema is not None and "content" in response:
            return
        for name, header in mapping(response.get("headers")).items():
            if isinstance(header, dict):
                self._value(header, f"{pointer}/headers/{escape(name)}")
        if schema is None and (not examples or not self._version_2):
            return
        self._old(f"{pointer}/schema", "schema: in OpenAPI 3 a reply has `content`; taken as JSON")
        types = produces or list(examples) or [JSON]
        content: Node = {}
        for media_type in dict.fromkeys([*types, *examples]):
            content[media_type] = {} if schema is None else {"schema": file_as_binary(schema)}
            if media_type in examples:
                content[media_type]["example"] = examples[media_type]
        response["content"] = content
        self._note(f"{pointer}/schema", f"{pointer}/content/{escape(next(iter(content)))}/schema")

    # --- parameters and bodies

    def _parameters(self) -> None:
        """Parameters that all operations may refer to; bodies among them become request bodies."""
        parameters = mapping(self._components.get("parameters"))
        for name, parameter in list(objects(parameters)):
            pointer = f"/components/parameters/{escape(name)}"
            self._shared[f"#{pointer}"] = self._shared[f"#/parameters/{escape(name)}"] = parameter
            if parameter.get("in") in ("body", "formData"):
                del parameters[name]
            else:
                self._value(parameter, pointer)
            if parameter.get("in") == "body":
                self._components.setdefault("requestBodies", {})[name] = self._body(
                    parameter, self._consumes
                )
                self._note(pointer, f"/components/requestBodies/{escape(name)}")
        if not parameters:
            self._components.pop("parameters", None)

    def _path_item(self, item: Node, pointer: str) -> None:
        common = self._split(item, pointer)
        for method in METHODS:
            operation = item.get(method)
            if isinstance(operation, dict):
                self._operation(operation, f"{pointer}/{method}", common)

    def _split(self, holder: Node, pointer: str) -> list[tuple[Node, str]]:
        """Remove bodies and form fields from a list of parameters and return them; convert the remaining parameters."""
        parameters = holder.get("parameters")
        converted: list[Node] = []
        taken: list[tuple[Node, str]] = []
        for index, parameter in enumerate(parameters if isinstance(parameters, list) else ()):
            if not isinstance(parameter, dict):
                continue
            place = f"{pointer}/parameters/{index}"
            target = self._resolve(parameter)
            if target.get("in") in ("body", "formData"):
                self._old(place, f"in: {target['in']} is not of OpenAPI 3; taken as the body")
                taken.append((parameter, place))
                continue
            if "$ref" not in parameter:
                self._value(parameter, place)
            self._shift(place, f"{pointer}/parameters/{len(converted)}")
            converted.append(parameter)
        if "parameters" in holder and isinstance(parameters, list):
            holder["parameters"] = converted
        return taken

    def _resolve(self, parameter: Node) -> Node:
        """Return the target of a reference to a shared parameter; {} for other references."""
        reference = parameter.get("$ref")
        if not isinstance(reference, str):
            return parameter
        return self._shared.get(reference, {})

    def _operation(self, operation: Node, pointer: str, common: list[tuple[Node, str]]) -> None:
        body_parameters = self._split(operation, pointer)
        consumes = texts(operation.pop("consumes", None)) or self._consumes
        produces = texts(operation.pop("produces", None)) or self._produces
        schemes = texts(operation.pop("schemes", None))
        if schemes and self._host and (urls := self._urls(schemes)):
            operation["servers"] = [{"url": url} for url in urls]
        if "requestBody" not in operation and (
            body := self._request_body([*common, *body_parameters], consumes, pointer)
        ):
            operation["requestBody"] = body
        for status, response in objects(operation.get("responses")):
            if "$ref" not in response:
                self._response(response, f"{pointer}/responses/{escape(status)}", produces)

    def _request_body(
        self, parameters: list[tuple[Node, str]], consumes: list[str], pointer: str
    ) -> Node | None:
        """The operation's own body before one of its path; form fields by name."""
        fields: dict[str, tuple[Node, str]] = {}
        body: Node | None = None
        for parameter, place in parameters:
            target = self._resolve(parameter)
            if target.get("in") == "formData":
                fields[str(target.get("name"))] = target, place
            elif "$ref" in parameter and consumes == self._consumes:
                body = {"$ref": self._moved(parameter["$ref"])}
            else:
                body = self._body(target, consumes)
                media_type = next(iter(body["content"]))
                self._note(
                    f"{place}/schema", f"{pointer}/requestBody/content/{escape(media_type)}/schema"
                )
        if body is not None:
            if fields:
                self._findings.warn(
                    pointer,
                    "has a body and form fields, of which only one can be sent: the body is",
                )
            return body
        return (
            self._form(list(fields.values()), consumes, f"{pointer}/requestBody")
            if fields
            else None
        )

    def _body(self, parameter: Node, consumes: list[str]) -> Node:
        types = (
            [media_type for media_type in consumes if media_type not in (FORM, MULTIPART)]
            or consumes
            or [JSON]
        )
        body = {
            key: value
            for key, value in parameter.items()
            if key in ("description", "required") or key.startswith("x-")
        }
        schema = parameter.get("schema", {})
        content = {media_type: {"schema": file_as_binary(schema)} for media_type in types}
        examples = mapping(body.pop("x-examples", None))
        for media_type in examples.keys() & content.keys():
            content[media_type]["example"] = examples[media_type]
        body["content"] = content
        return body

    def _form(self, fields: list[tuple[Node, str]], consumes: list[str], pointer: str) -> Node:
        """Return the request body of all form fields. Its media type depends on the operation and on files."""
        schema: Node = {"type": "object", "properties": {}}
        encoding: Node = {}
        files = any(field.get("type") == "file" for field, _ in fields)
        for field, place in fields:
            value = dict(field)
            self._value(value, place)
            name = str(field.get("name"))
            schema["properties"][name] = field_schema(value)
            if value.get("required") is True:
                schema.setdefault("required", []).append(name)
            if "style" in value:
                encoding[name] = {"style": value["style"], "explode": value["explode"]}
        forms = [media_type for media_type in consumes if media_type in (FORM, MULTIPART)]
        types = [MULTIPART] if files else forms or [FORM]
        media: Node = {
            "schema": schema,
            **({"encoding": encoding} if encoding and not files else {}),
        }
        body: Node = {"content": {media_type: dict(media) for media_type in types}}
        if "required" in schema:
            body["required"] = True
        return body

    def _value(self, parameter: Node, pointer: str) -> None:
        """`{type: array, items: …, collectionFormat: multi}` → `{schema: …, style: form, explode: true}`."""
        if parameter.keys() & {"schema", "$ref", "content"} or not (
            self._version_2 or parameter.keys() & {"type", "items", "enum"}
        ):
            return
        self._old(pointer, "in OpenAPI 3 the type of a value stands in its `schema`")
        schema = {key: parameter.pop(key) for key in list(parameter) if key in _SCHEMA_KEYS}
        collection_format = parameter.pop("collectionFormat", None)
        if "x-example" in schema:
            schema.setdefault("example", schema.pop("x-example"))
        if schema.get("type") == "array":
            drop_nested_formats(schema)
            schema = self._array(parameter, schema, str(collection_format or "csv"), pointer)
        parameter["schema"] = file_as_binary(schema)

    def _array(self, parameter: Node, schema: Node, form: str, pointer: str) -> Node:
        """Convert `collectionFormat` to a style. If 3.1 has no such style, the parameter becomes a text."""
        location = parameter.get("in", "header")
        joined = location in ("query", "formData")
        if form == "multi" and joined:
            parameter.update(style="form", explode=True)
        elif form == "csv":
            parameter.update(style="form" if joined else "simple", explode=False)
        elif form in ("ssv", "pipes") and joined:
            parameter.update(
                style="spaceDelimited" if form == "ssv" else "pipeDelimited", explode=False
            )
        else:
            self._findings.warn(
                pointer,
                f"a list in the form {form!r} in {location} has no equal in OpenAPI 3.1: it is text",
                hint="join the items yourself",
            )
            annotations = {
                key: schema[key]
                for key in schema
                if key.startswith("x-nullable") or key == "description"
            }
            return {"type": "string", **annotations}
        return schema

    # --- references

    def _rewrite(self) -> None:
        for visit in walk("openapi", self._document):
            reference = visit.node.get("$ref")
            if isinstance(reference, str) and visit.kind != "example":
                visit.node["$ref"] = self._moved(reference)

    def _moved(self, reference: str) -> str:
        """Where a reference leads now: the innermost thing that moved takes all below it along."""
        pointer = reference.removeprefix("#")
        while (moved := relocate(self._places, pointer)) is not None:
            pointer = moved
        return f"#{relocate(self._shifts, pointer) or pointer}"
