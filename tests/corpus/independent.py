"""Our models and datamodel-code-generator's, of one normal form, held to the same instances.

Every schema of a document is the body of an operation: its models are those of what is *sent*, which assert
everything. Both sides read JSON strictly. Instances are valid examples and samples, and mutations of them in one
place; the jsonschema package is the arbiter.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from hooksmith.json_pointer import escape, split
from hooksmith.load.library import load
from hooksmith.normalize import normalize
from hooksmith.normalize.combination import EXTRA_ASSERTIONS
from hooksmith.openapi.grammar import walk
from hooksmith.openapi.references import resolve_local
from hooksmith.pipeline import generate
from hooksmith.settings import Settings
from support.documents import openapi, operation

from .instances import Instances
from .mutations import mutations
from .sender import Sender

EACH = 6
"""Mutations of one schema by one keyword."""
_UNFIT = ("email", "idn-email", "ulid")
"""Formats for which datamodel-code-generator's models want packages that pydantic does not bring."""
_ANNOTATIONS = ("readOnly", "writeOnly")


class Verdicts(NamedTuple):
    """Problem that a side has with an instance; None: it accepts the instance."""

    ours: str | None
    theirs: str | None
    is_valid: bool


@dataclass
class Comparison:
    """Instances compared, and disagreements: kind → places."""

    instances: int = 0
    schemas: int = 0
    disagreements: dict[str, list[str]] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)

    def note(self, keyword: str, verdicts: Verdicts, place: str) -> None:
        """Count an instance; record a disagreement of ours with theirs or with jsonschema."""
        self.instances += 1
        ours, theirs = verdicts.ours is None, verdicts.theirs is None
        if ours == theirs == verdicts.is_valid:
            return
        self.disagreements.setdefault(_kind(keyword, verdicts), []).append(place)

    def __iadd__(self, other: Comparison) -> Comparison:
        self.instances += other.instances
        self.schemas += other.schemas
        self.skipped += other.skipped
        for kind, places in other.disagreements.items():
            self.disagreements.setdefault(kind, []).extend(places)
        return self


def _kind(keyword: str, verdicts: Verdicts) -> str:
    """Return keyword, validity and the side that is wrong by jsonschema, with the problem of a wrong refusal."""
    sides = {"ours": verdicts.ours, "theirs": verdicts.theirs}
    wrong = []
    for name, problem in sides.items():
        if (problem is None) != verdicts.is_valid:
            wrong.append(f"{name} accepts" if problem is None else f"{name} refuses ({problem})")
    state = "valid" if verdicts.is_valid else "invalid"
    return f"{keyword}: {state}, {' and '.join(wrong)}"


def compare(path: Path, folder: Path) -> Comparison:
    """Compare the models of one document; packages and modules are written to `folder`."""
    result = Comparison()
    document = sent_form(path)
    stem = "ind_" + "".join(char if char.isalnum() else "_" for char in path.stem).lower()
    source = folder / f"{stem}.json"
    source.write_text(json.dumps(document), "utf-8")
    sys.path.insert(0, str(folder))
    try:
        ours = _ours(source, f"{stem}_ours", folder)
        theirs = _theirs(document, f"{stem}_theirs", folder)
        instances = Instances(document)
        for name, schema in document["components"]["schemas"].items():
            sides = ours(name), theirs(name)
            if sides[0] is None or sides[1] is None:
                result.skipped[
                    "no model of ours" if sides[0] is None else "no model of theirs"
                ] += 1
                continue
            result.schemas += 1
            place = f"{path.name}: {name}"
            _compare_schema(result, instances, name, schema, sides, place)
    finally:
        sys.path.remove(str(folder))
        for module in [name for name in sys.modules if name.partition(".")[0].startswith(stem)]:
            del sys.modules[module]
    return result


Accepts = Callable[[bytes], str | None]
"""Problem with a JSON text; None: it is accepted."""


def _compare_schema(
    result: Comparison,
    instances: Instances,
    name: str,
    schema: Any,
    sides: tuple[Accepts, Accepts],
    place: str,
) -> None:
    pointer = f"/components/schemas/{escape(name)}"
    examples = dict(enumerate({"value": value} for value in _examples(schema)))
    facts = {"schema": schema, "examples": examples}
    for seed in instances.seeds(pointer, facts, "json"):
        tried: Counter[str] = Counter()
        for keyword, where, instance in (
            ("valid", "", seed),
            *mutations(instances, schema, seed),
        ):
            tried[keyword] += 1
            if tried[keyword] > EACH:
                continue
            content = json.dumps(instance).encode()
            is_valid = instances.accepts(pointer, instance)
            verdicts = Verdicts(sides[0](content), sides[1](content), is_valid)
            result.note(keyword, verdicts, f"{place}{where}: {content.decode()[:200]}")


def _examples(schema: Any) -> list[Any]:
    return list(schema.get("examples") or ()) if isinstance(schema, dict) else []


def sent_form(path: Path) -> dict[str, Any]:
    """Return the normal form of a document with each schema of it, named or inline, as the body of an operation."""
    schemas = _Schemas(normalize(load(path)).document).judged()
    paths = {
        f"/{index}": {
            "post": operation(
                operationId=f"send{index}",
                tags=["judged"],
                requestBody={
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": _reference(name)}}},
                },
            )
        }
        for index, name in enumerate(schemas)
    }
    return openapi(paths, components={"schemas": schemas})


def _reference(name: str) -> str:
    return f"#/components/schemas/{escape(name)}"


class _Schemas:
    """The schemas of a normal form in keywords of JSON Schema alone, all of them components.

    Directions and formats in `_UNFIT` are left out. Dots in names are underscores: datamodel-code-generator takes
    them for modules.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._names = {
            name: name.replace(".", "_")
            for name in document.get("components", {}).get("schemas", {})
        }
        self._elsewhere: dict[str, str] = {}
        """Reference out of the components → name of its target."""

    def judged(self) -> dict[str, Any]:
        """Return the schemas by name."""
        components = self._document.get("components", {}).get("schemas", {})
        schemas = {self._names[name]: self._judged(schema) for name, schema in components.items()}
        for visit in walk("openapi", self._document):
            if visit.kind in ("mediaType", "parameter") and _is_inline(visit.node.get("schema")):
                schemas[f"Inline{len(schemas)}"] = self._judged(visit.node["schema"])
        while missing := [each for each in self._elsewhere.items() if each[1] not in schemas]:
            for reference, name in missing:
                schemas[name] = self._judged(resolve_local(self._document, reference))
        return schemas

    def _judged(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self._judged(item) for item in node]
        if not isinstance(node, dict):
            return node
        schema = {key: self._judged(value) for key, value in node.items()}
        for key in _ANNOTATIONS:
            if isinstance(schema.get(key), bool):
                del schema[key]
        if schema.get("format") in _UNFIT:
            del schema["format"]
        if EXTRA_ASSERTIONS in schema:
            schema["allOf"] = [*schema.get("allOf", ()), *schema.pop(EXTRA_ASSERTIONS)]
        if isinstance(schema.get("$ref"), str):
            schema["$ref"] = self._moved(schema["$ref"])
        return schema

    def _moved(self, reference: str) -> str:
        tokens = split(reference[1:])
        if tokens[:2] == ["components", "schemas"]:
            rest = "".join(f"/{escape(token)}" for token in tokens[3:])
            return _reference(self._names[tokens[2]]) + rest
        name = self._elsewhere.setdefault(reference, f"Elsewhere{len(self._elsewhere)}")
        return _reference(name)


def _is_inline(schema: Any) -> bool:
    return isinstance(schema, dict) and "$ref" not in schema


def _ours(source: Path, package: str, folder: Path) -> Callable[[str], Accepts]:
    settings = Settings(package=package, formatter="none", operation_names="document")
    for name, text in generate(source, settings).files.items():
        target = folder / package / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    importlib.invalidate_caches()
    sender = Sender(package)
    sending = importlib.import_module(f"{package}._runtime.models.validation").SENDING
    names = list(json.loads(source.read_text("utf-8"))["components"]["schemas"])

    def side(name: str) -> Accepts:
        constant = sender.operation("judged", f"send{names.index(name)}")
        adapter: TypeAdapter[Any] = TypeAdapter(constant.body.type)

        def accepts(content: bytes) -> str | None:
            try:
                adapter.validate_json(
                    content, strict=True, context=sending, by_alias=True, by_name=False
                )
            except ValidationError as error:
                return error.errors(include_url=False)[0]["msg"]
            return None

        return accepts

    return side


def _theirs(
    document: dict[str, Any], module_name: str, folder: Path
) -> Callable[[str], Accepts | None]:
    from datamodel_code_generator import generate as run
    from datamodel_code_generator.enums import DataModelType, InputFileType

    output, metadata = folder / f"{module_name}.py", folder / f"{module_name}.json"
    with warnings.catch_warnings(action="ignore"):  # formats that it does not know
        run(
            json.dumps({**document, "paths": {}}),
            input_file_type=InputFileType.OpenAPI,
            output=output,
            output_model_type=DataModelType.PydanticV2BaseModel,
            formatters=[],
            strict_nullable=True,
            emit_model_metadata=metadata,
        )
    module = _imported(output)
    classes = {
        tuple(model["source_path"] or ()): model["class_name"]
        for model in json.loads(metadata.read_text("utf-8"))["models"]
    }

    def side(name: str) -> Accepts | None:
        class_name = classes.get(("components", "schemas", name))
        if class_name is None:
            return None
        adapter = TypeAdapter(getattr(module, class_name))

        def accepts(content: bytes) -> str | None:
            try:
                adapter.validate_json(content, strict=True)
            except ValidationError as error:
                return error.errors(include_url=False)[0]["type"]
            except AttributeError as error:
                return f"breaks with {error!r}"
            return None

        return accepts

    return side


def _imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def known_kinds(text: str) -> Iterator[str]:
    """Yield the kinds of a file of explained disagreements."""
    yield from (line for line in text.splitlines() if line and not line.startswith("#"))
