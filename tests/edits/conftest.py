"""A document to edit: large enough that one schema is a small part of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hooksmith.caching.run_results import Earlier
from hooksmith.caching.store import Cache
from hooksmith.edits import Snapshot
from hooksmith.edits.pack import unpack
from hooksmith.edits.snapshot import unpack_facts
from hooksmith.pipeline import Result, generate, regenerate
from hooksmith.settings import Settings

SETTINGS = Settings(package="acme", formatter="none")

DOCUMENT = """\
openapi: 3.1.0
info: {title: Acme, version: '1'}
servers: [{url: 'https://api.acme.test'}]
tags:
  - {name: orders, description: What was bought.}
paths:
  /orders:
    post:
      operationId: createOrder
      tags: [orders]
      summary: Order something
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/NewOrder'}}
      responses:
        '201':
          description: Ordered
          content:
            application/json: {schema: {$ref: '#/components/schemas/Order'}}
  /orders/{id}:
    get:
      operationId: getOrder
      tags: [orders]
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        '200':
          description: Found
          content:
            application/json: {schema: {$ref: '#/components/schemas/Order'}}
webhooks:
  order.shipped:
    post:
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/OrderShipped'}}
      responses: {'204': {description: Taken}}
  order.lost:
    post:
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/OrderLost'}}
      responses: {'204': {description: Taken}}
components:
  schemas:
    Order:
      type: object
      description: Something that was bought.
      required: [id]
      properties:
        id:
          type: string
          description: Its id.
        state:
          type: string
          enum: [open, done]
        buyer:
          $ref: '#/components/schemas/Buyer'
    NewOrder:
      type: object
      required: [article]
      properties:
        article:
          type: string
          maxLength: 20
        note:
          type: string
        buyer:
          $ref: '#/components/schemas/Buyer'
    Buyer:
      type: object
      properties:
        name:
          type: string
        # who bought
        email:
          type: string
          format: email
    Event:
      type: object
      required: [at]
      properties:
        at: {type: string, format: date-time}
    OrderShipped:
      allOf:
        - $ref: '#/components/schemas/Event'
        - type: object
          required: [type]
          properties:
            type: {const: order.shipped}
            order: {$ref: '#/components/schemas/Order'}
    OrderLost:
      allOf:
        - $ref: '#/components/schemas/Event'
        - type: object
          required: [type]
          properties:
            type: {const: order.lost}
            order: {$ref: '#/components/schemas/Order'}
"""

UNRELATED = "".join(
    f"""\
    Unrelated{letter}:
      type: object
      description: What has nothing to do with orders, {letter}.
      properties:
        first: {{type: string, description: The first of several things.}}
        second: {{type: integer, description: The second of several things.}}
        third: {{type: array, items: {{type: string}}, description: Several more things.}}
        fourth: {{type: object, description: And another one., properties: {{x: {{type: string}}}}}}
"""
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜÆØÅÉÈÊËÍÏÓÔÚÛÝÑÇ"
)


@dataclass(unsafe_hash=True)
class Kept(Earlier):
    """What a run keeps, in memory."""

    content: bytes = b""
    made: Mapping[str, str] = field(default_factory=dict)

    def files(self) -> Mapping[str, str]:
        return self.made

    def snapshot(self) -> bytes:
        return self.content


@dataclass
class Edited:
    """A document that was generated from, and can be edited."""

    path: Path
    settings: Settings = SETTINGS
    kept: list[bytes] = field(default_factory=list)

    def start(self, text: str) -> Result:
        """Generate from the whole of `text`."""
        self.path.write_text(text, "utf-8")
        self.result = generate(self.path, self.settings, self.keep)
        self.text = text
        return self.result

    def keep(self, chunks: Iterable[bytes]) -> None:
        self.kept.append(b"".join(chunks))

    @property
    def snapshot(self) -> Snapshot:
        return Snapshot.unpacked(self.kept[-1])

    def edit(self, text: str) -> Result | None:
        """Generate from what was edited alone; None where that is not relied on."""
        self.path.write_text(text, "utf-8")
        result = self.result
        earlier = Kept(
            result.diagnostics, result.inputs[0], True, "", Cache(None), self.kept[-1], result.files
        )
        return regenerate(self.path, self.settings, earlier, self.keep)

    def whole(self) -> Result:
        """Generate from all of the text that is there now."""
        return generate(self.path, self.settings, self.keep_whole)

    def keep_whole(self, chunks: Iterable[bytes]) -> None:
        self.kept_whole = b"".join(chunks)

    @property
    def whole_snapshot(self) -> Snapshot:
        """What the last run over the whole text left."""
        return Snapshot.unpacked(self.kept_whole)


def told(snapshot: Snapshot) -> dict[str, Any]:
    """What a snapshot says, by field, in the order that matters."""
    found: dict[str, Any] = snapshot._asdict()
    for key in ("definitions", "resources"):
        found[key] = [(name, unpack(content)) for name, content in found[key].items()]
    for key in ("units", "operations", "inputs", "modules"):
        found[key] = list(found[key].items())
    facts = unpack_facts(snapshot.facts)
    lists = (list(facts.definitions.items()), list(facts.calls.items()), facts.delivered)
    references = {here: others for here, others in snapshot.references.items() if others}
    return {**found, "facts": lists, "api": unpack(snapshot.api), "references": references}


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """The document above, generated from."""
    found = Edited(tmp_path / "acme.yaml")
    found.start(DOCUMENT + UNRELATED)
    return found
