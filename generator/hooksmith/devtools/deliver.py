"""Deliveries from and to the command line: `trigger` plays the sender of an API, `listen` its receiver.

Both use the generated package of the API: that of `hooksmith_providers`, or one made of a document for the occasion.
"""

from __future__ import annotations

import json
import os
import pkgutil
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from ..config import Settings
from ..extensions.signature_schemes import known_scheme, known_schemes
from ..errors import HooksmithError
from ..suggest import did_you_mean

_PROVIDERS = "hooksmith_providers"
_STALE_SECONDS = 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """An API's generated package: its modules, and how its deliveries are signed."""

    name: str
    package: Any
    testing: Any
    webhook: Any
    runtime: str
    """The full name of its runtime's package."""

    @property
    def catalogue(self) -> Any:
        """Its events."""
        return self.webhook.CATALOGUE

    @property
    def kind(self) -> str:
        """What its `Webhook` is made with: a secret, JWKs, or a scheme that the user states."""
        scheme = getattr(self.webhook, "SCHEME", None)
        if scheme is None:
            return "open"
        return "jwks" if type(scheme).__name__ == "HTTPMessageSignatures" else "secret"

    def make_webhook(self, given: Sequence[str], scheme: str | None, *, timed: bool = True) -> Any:
        """Its `Webhook` with these secrets, of which each may be `@FILE`. Raises HooksmithError.

        `scheme` is a name of the catalogue or a declaration in JSON, where the document establishes none. Without
        `timed`, no delivery is too old.
        """
        texts = [_read(secret) for secret in given or self._from_environment()]
        options = {} if timed else {"tolerance": None}
        try:
            if self.kind == "open":
                return self.webhook.Webhook(self._scheme(scheme), texts)
            if scheme is not None:
                raise _problem(f"the scheme of {self.name} is established", "leave out --scheme")
            if self.kind == "jwks":
                return self.webhook.Webhook(_jwks(texts), **options)
            return self.webhook.Webhook(texts, **options)
        except (ValueError, ImportError) as error:
            raise _problem(str(error)) from None

    def _from_environment(self) -> list[str]:
        variable = self.variable
        if variable not in os.environ:
            what = "a JWK with its private part" if self.kind == "jwks" else "the secret"
            raise _problem(f"{self.name} needs {what}", f"give --secret, or set {variable}")
        return [os.environ[variable]]

    @property
    def variable(self) -> str:
        """The environment variable that holds the secret."""
        return f"{self.name.upper()}_WEBHOOK_SECRET"

    def _scheme(self, stated: str | None) -> Any:
        if stated is None:
            hint = f"--scheme NAME ({', '.join(known_schemes())}), or its declaration in JSON"
            raise _problem(f"how {self.name} signs its deliveries is not established", hint)
        return _built(_declaration(stated), self.runtime)

    def check_event(self, kind: str) -> str:
        """`kind`, if it is an event of the API; raises HooksmithError."""
        if kind not in self.catalogue.models:
            hint = (
                did_you_mean(kind, self.catalogue.models) or f"hooksmith events lists {self.name}'s"
            )
            raise _problem(f"{self.name} has no event {kind!r}", hint)
        return kind


# --- loading ---------------------------------------------------------------------------------------------------


def installed() -> list[str]:
    """The APIs of `hooksmith_providers`."""
    package = import_module(_PROVIDERS)
    return sorted(
        found.name
        for found in pkgutil.iter_modules(package.__path__)
        if found.ispkg and found.name[0] != "_"
    )


def load_provider(name: str) -> Provider:
    """An API of `hooksmith_providers`. Raises HooksmithError."""
    if name not in installed():
        hint = (
            did_you_mean(name, installed())
            or f"there are {', '.join(installed())}; or give --spec FILE"
        )
        raise _problem(f"there is no API {name!r}", hint)
    return _provider(name, f"{_PROVIDERS}.{name}", f"{_PROVIDERS}._runtime")


@contextmanager
def generated_provider(
    spec: Path, roots: Sequence[Path] = (), stated: Mapping[str, Any] | None = None
) -> Iterator[Provider]:
    """The API of a document, generated into a folder that lasts as long as the context. Raises HooksmithError."""
    from ..pipeline import generate

    name = f"hooksmith_spec_{secrets.token_hex(4)}"
    settings = Settings(package=name, formatter="none", roots=tuple(roots), **(stated or {}))
    made = generate(spec, settings).files
    with tempfile.TemporaryDirectory(prefix="hooksmith-") as folder:
        for path, text in made.items():
            target = Path(folder, name, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="")
        sys.path.insert(0, folder)
        try:
            if "webhook.py" not in made:
                raise _problem(f"{spec} describes no webhooks that tell their type")
            yield _provider("hooksmith", name, f"{name}._runtime")
        finally:
            sys.path.remove(folder)


def _provider(name: str, package: str, runtime: str) -> Provider:
    return Provider(
        name=name,
        package=import_module(package),
        testing=import_module(f"{package}.testing"),
        webhook=import_module(f"{package}.webhook"),
        runtime=runtime,
    )


def _read(secret: str) -> str:
    """A secret, or the text of the file that `@FILE` names."""
    if not secret.startswith("@"):
        return secret
    try:
        return Path(secret[1:]).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _problem(
            f"cannot read {secret[1:]}: {getattr(error, 'strerror', None) or error}"
        ) from None


def _jwks(texts: Sequence[str]) -> list[Any]:
    found: list[Any] = []
    for text in texts:
        try:
            value = json.loads(text)
        except ValueError:
            raise _problem(
                "the secret is no JWK in JSON", "--secret @FILE reads one from a file"
            ) from None
        found += value.get("keys", [value]) if isinstance(value, dict) else value
    return found


def _declaration(stated: str) -> Mapping[str, Any]:
    if stated in known_schemes():
        return known_scheme(stated)
    try:
        value = json.loads(stated)
    except ValueError:
        hint = did_you_mean(stated, known_schemes()) or f"known: {', '.join(known_schemes())}"
        raise _problem(f"{stated!r} is neither a known scheme nor JSON", hint) from None
    return _checked(value)


def _checked(value: Any) -> Mapping[str, Any]:
    """A declaration, if it fits the vocabulary."""
    from jsonschema import Draft202012Validator

    definitions = json.loads(
        files("hooksmith.extensions").joinpath("extensions.schema.json").read_text("utf-8")
    )["$defs"]
    schema = {"$ref": "#/$defs/scheme", "$defs": definitions}
    error = next(iter(Draft202012Validator(schema).iter_errors(value)), None)
    if error is not None or not isinstance(value, dict):
        raise _problem(
            f"the scheme is no declaration: {error.message if error else 'not an object'}"
        )
    return value


def _built(declared: Mapping[str, Any], runtime: str) -> Any:
    """The scheme of a declaration, as an object of a package's runtime."""
    signatures = f"{runtime}.webhooks.signatures"
    if declared["scheme"] == "standard-webhooks":
        standard = import_module(f"{signatures}.standard_webhooks")
        names = ("keys", "headers", "tolerance")
        return standard.StandardWebhooks(
            **{name: declared[name] for name in names if name in declared}
        )
    if declared["scheme"] == "static-header":
        static_header = import_module(f"{signatures}.static_header")
        return static_header.StaticHeader(header=declared["header"])
    if declared["scheme"] != "hmac":
        raise _problem(f"{declared['scheme']} is no scheme with a secret")
    hmac, keys = import_module(f"{signatures}.hmac_signatures"), import_module(f"{signatures}.keys")
    arguments = {
        key: value
        for key, value in declared.items()
        if key not in ("scheme", "timestamp", "id", "secret")
    }
    if "timestamp" in declared:
        arguments["timestamp"] = hmac.SignedAt(**declared["timestamp"])
    if "id" in declared:
        arguments["id_header"] = declared["id"]["header"]
    return hmac.HMAC(secret=keys.SecretText(**declared["secret"]), **arguments)


def _problem(message: str, hint: str = "") -> HooksmithError:
    return HooksmithError.at(None, message, hint=hint)


# --- trigger ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """A delivery that was sent, and what came back after `seconds`."""

    event_id: str | None
    status: int
    reason: str
    headers: Mapping[str, str]
    body: str
    seconds: float

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300


def parse_changes(stated: Sequence[str]) -> dict[str, Any]:
    """`data.email=ada@example.com` → path and value; what is JSON is taken for it. Raises HooksmithError."""
    changes: dict[str, Any] = {}
    for each in stated:
        path, equals, text = each.partition("=")
        if not equals or not path:
            raise _problem(f"--set {each}: not of the form PATH=VALUE")
        try:
            changes[path] = json.loads(text)
        except ValueError:
            changes[path] = text
    return changes


def trigger(
    provider: Provider,
    webhook: Any,
    kind: str,
    url: str,
    *,
    changes: Mapping[str, Any],
    repeat: int = 1,
    corrupt: bool = False,
    stale: bool = False,
) -> Iterator[Attempt]:
    """Send one event `repeat` times, as the API would: the same event, signed anew. Raises HooksmithError.

    `corrupt`: the body is not the one that was signed. `stale`: it was signed an hour ago.
    """
    import httpx2

    example = _example(provider, kind, changes)
    event_id = _id_of(provider, example)
    with httpx2.Client(timeout=30) as client:
        for _ in range(repeat):
            body = example.body()
            headers = {**_signed(webhook, body, url, stale), **example.headers}
            began = time.perf_counter()
            try:
                reply = client.post(url, content=body + b" " if corrupt else body, headers=headers)
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                raise _problem(
                    f"cannot deliver to {url}: {error}",
                    "is the receiver running?"
                    if url.startswith(("http://", "https://"))
                    else f"an address begins with http:// or https://: http://{url}",
                ) from None
            yield Attempt(
                event_id=event_id,
                status=reply.status_code,
                reason=reply.reason_phrase,
                headers=dict(reply.headers),
                body=reply.text,
                seconds=time.perf_counter() - began,
            )


def _example(provider: Provider, kind: str, changes: Mapping[str, Any]) -> Any:
    """The example under an id of its own: receivers would take it for the last one otherwise."""
    examples, where = provider.testing.EXAMPLES, provider.catalogue.id
    example = examples.example(provider.check_event(kind))
    known = _id_of(provider, example)
    if isinstance(where, str) and known is not None:
        changes = {".".join(where.split("/")[1:]): fresh_id(known), **changes}
    try:
        found = examples.example(kind, changes)
    except KeyError as error:
        raise _problem(f"--set {error.args[0]}: there is no such place in {kind}") from None
    if not isinstance(where, str) and where is not None and known is not None:
        found.headers[where.name] = fresh_id(known)
    return found


def _id_of(provider: Provider, example: Any) -> str | None:
    event = provider.catalogue.parse_all(example.body(), example.headers)[0]
    found: str | None = provider.catalogue.id_of(event, example.headers)
    return found


def _signed(webhook: Any, body: bytes, url: str, stale: bool) -> dict[str, str]:
    moment = time.time() - (_STALE_SECONDS if stale else 0)
    try:
        signed: dict[str, str] = webhook.sign(body, timestamp=moment, url=url)
    except ValueError as error:
        raise _problem(str(error)) from None
    return {"User-Agent": "hooksmith", **signed}


_ALPHABETS = (
    "0123456789",
    "0123456789abcdef",
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
)
_FRESH = 10


def fresh_id(known: str) -> str:
    """An id like a known one: its last ten letters and digits are others of the same alphabet (as of ULIDs, UUIDs).

    A prefix with an underscore stays.
    """
    start = known.rfind("_") + 1
    places = [
        index
        for index, char in enumerate(known)
        if index >= start and char.isascii() and char.isalnum()
    ][-_FRESH:]
    used = {known[index] for index in places}
    alphabet = next(
        (letters for letters in _ALPHABETS if used <= set(letters)), "".join(sorted(used))
    )
    chars = list(known)
    for index in places:
        chars[index] = secrets.choice(alphabet)
    return "".join(chars)


# --- listen ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A request that came in: the answer, and the event, if it was one."""

    status: int
    text: str
    kind: str = ""
    event: Any = field(default=None, repr=False)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any, **kwargs: Any) -> None:
        return


def listen(
    provider: Provider,
    webhook: Any,
    port: int,
    *,
    started: Callable[[str], None],
    received: Callable[[Received], None],
) -> None:
    """Serve a receiver on loopback until interrupted; `received` is told of every request. Raises HooksmithError."""
    events = threading.local()
    receiver = provider.package.WebhookReceiver(webhook)
    receiver.fallback(lambda event: events.seen.append(event))

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        events.seen = []
        status: list[str] = []

        def start(line: str, headers: Any) -> Any:
            status.append(line)
            return start_response(line, headers)

        body = b"".join(receiver.wsgi(environ, start))
        code, text = int(status[0][:3]), body.decode().strip()
        for event in events.seen:
            kind = provider.catalogue.type_of(event, environ)
            received(Received(status=code, text=text, kind=kind, event=event))
        if not events.seen:
            received(Received(status=code, text=text))
        return [body]

    try:
        server = make_server("127.0.0.1", port, app, _Server, _Quiet)
    except OSError as error:
        raise _problem(
            f"cannot listen on port {port}: {error.strerror}", "choose another with --port"
        ) from None
    with server:
        started(f"http://127.0.0.1:{server.server_port}/")
        server.serve_forever()
