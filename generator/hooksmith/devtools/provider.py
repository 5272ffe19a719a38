"""Generated package of an API, for tools that send its deliveries or receive them.

The package is one of `hooksmith_providers`, or is generated from a document into a temporary folder.
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import pkgutil
import secrets
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from ..errors import HooksmithError
from ..settings import Settings
from ..suggest import did_you_mean
from .schemes import build_scheme, scheme_declaration, scheme_hint

_PROVIDERS = "hooksmith_providers"

KeyType = Literal["secret", "jwks", "undeclared"]
"""Keys of a `Webhook`: shared secrets, JWKs, or secrets together with a scheme that the document does not declare."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PackageEvent:
    """An event type of a generated package. `models`: names of its classes."""

    type: str
    models: tuple[str, ...]
    summary: str
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """Generated package of an API: its modules, and how its deliveries are signed.

    `runtime`: full name of the package's runtime.
    """

    name: str
    package: Any
    testing: Any
    webhook: Any
    runtime: str

    @property
    def catalogue(self) -> Any:
        """The package's events."""
        return self.webhook.CATALOGUE

    @property
    def key_type(self) -> KeyType:
        """The type of keys that the package's `Webhook` takes."""
        scheme = getattr(self.webhook, "SCHEME", None)
        if scheme is None:
            return "undeclared"
        return "jwks" if type(scheme).__name__ == "HTTPMessageSignatures" else "secret"

    @property
    def shipped_name(self) -> str:
        """The name of an API of `hooksmith_providers`; empty for the package of a document."""
        return self.name if self.runtime.startswith(_PROVIDERS) else ""

    @property
    def secret_variable(self) -> str:
        """The environment variable that holds the secret if no argument has it."""
        module = import_module(f"{self.runtime}.webhooks.signatures.secret_resolution")
        return str(module.secret_variable(self.name))

    def make_webhook(
        self, secret_arguments: Sequence[str], scheme: str | None, *, checks_time: bool = True
    ) -> Any:
        """Return the package's `Webhook`.

        Args:
            secret_arguments: Secrets or JWKs in JSON, each of which may be `@FILE`; without any, the environment's.
            scheme: Name of a known scheme or a declaration in JSON, if the document declares none.
            checks_time: Whether old deliveries are refused.

        Raises:
            HooksmithError: A secret is missing or not of the right form, or the scheme is missing or wrong.
        """
        texts = [_secret_text(secret) for secret in secret_arguments or self._default_secrets()]
        options = {} if checks_time else {"tolerance": None}
        try:
            if self.key_type == "undeclared":
                return self.webhook.Webhook(self._scheme(scheme), texts)
            if scheme is not None:
                message = f"the scheme of {self.name} is established"
                raise HooksmithError.at(None, message, hint="leave out --scheme")
            keys = _parse_jwks(texts) if self.key_type == "jwks" else texts
            return self.webhook.Webhook(keys, **options)
        except (ValueError, ImportError) as error:
            raise HooksmithError.at(None, str(error)) from None

    def _default_secrets(self) -> list[str]:
        variable = self.secret_variable
        if variable not in os.environ:
            key = "a JWK with its private part" if self.key_type == "jwks" else "the secret"
            hint = f"give --secret, or set {variable}"
            raise HooksmithError.at(None, f"{self.name} needs {key}", hint=hint)
        return [os.environ[variable]]

    def _scheme(self, scheme: str | None) -> Any:
        if scheme is None:
            message = f"how {self.name} signs its deliveries is not established"
            raise HooksmithError.at(None, message, hint=scheme_hint())
        return build_scheme(scheme_declaration(scheme), self.runtime)

    def check_event_type(self, event_type: str) -> str:
        """Return `event_type` if the API has it. Raises HooksmithError."""
        models = self.catalogue.models
        if event_type not in models:
            hint = did_you_mean(event_type, models) or f"hooksmith events {self.name} lists them"
            raise HooksmithError.at(None, f"{self.name} has no event {event_type!r}", hint=hint)
        return event_type

    def events(self) -> list[PackageEvent]:
        """Return the event types in the document's order, with the summaries of `EventType`."""
        summaries = _member_docstrings(import_module(f"{self.package.__name__}.event_types"))
        return [
            PackageEvent(
                type=event_type,
                models=_class_names(models),
                summary=summaries.get(event_type, ""),
            )
            for event_type, models in self.catalogue.models.items()
        ]


def _class_names(models: Any) -> tuple[str, ...]:
    classes = models if isinstance(models, tuple) else (models,)
    return tuple(model.__name__ for model in classes)


def _member_docstrings(module: Any) -> dict[str, str]:
    """Return the docstring below each member of the module's enum by the member's value."""
    docstrings: dict[str, str] = {}
    tree = ast.parse(inspect.getsource(module))
    for body in (node.body for node in tree.body if isinstance(node, ast.ClassDef)):
        for member, text in pairwise(body):
            match member, text:
                case (
                    ast.Assign(value=ast.Constant(value=str(event_type))),
                    ast.Expr(value=ast.Constant(value=str(docstring))),
                ):
                    docstrings[event_type] = inspect.cleandoc(docstring)
    return docstrings


def installed_providers() -> list[str]:
    """Return the names of the APIs in `hooksmith_providers`."""
    package = import_module(_PROVIDERS)
    modules = pkgutil.iter_modules(package.__path__)
    return sorted(module.name for module in modules if module.ispkg and module.name[0] != "_")


def load_provider(name: str) -> Provider:
    """Return an API of `hooksmith_providers`. Raises HooksmithError if there is none of that name."""
    names = installed_providers()
    if name not in names:
        hint = did_you_mean(name, names) or f"there are {', '.join(names)}; or give --spec FILE"
        raise HooksmithError.at(None, f"there is no API {name!r}", hint=hint)
    return _import_provider(name, f"{_PROVIDERS}.{name}", f"{_PROVIDERS}._runtime")


@contextmanager
def generated_provider(
    spec: Path,
    roots: Sequence[Path] = (),
    extensions: Mapping[str, Any] | None = None,
    overlays: Sequence[Path] = (),
) -> Iterator[Provider]:
    """Generate the package of a document; its files are deleted when the context ends.

    `extensions`: settings for a document without extensions of its own. Raises HooksmithError.
    """
    from ..pipeline import generate

    package = f"hooksmith_spec_{secrets.token_hex(4)}"
    settings = Settings(
        package=package,
        formatter="none",
        roots=tuple(roots),
        overlays=tuple(overlays),
        **(extensions or {}),
    )
    files = generate(spec, settings).files
    if "webhook.py" not in files:
        message = f"{spec} describes no webhooks"
        raise HooksmithError.at(None, message)
    with tempfile.TemporaryDirectory(prefix="hooksmith-") as folder:
        for path, text in files.items():
            target = Path(folder, package, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="")
        sys.path.insert(0, folder)
        try:
            yield _import_provider("hooksmith", package, f"{package}._runtime")
        finally:
            sys.path.remove(folder)


def _import_provider(name: str, package: str, runtime: str) -> Provider:
    return Provider(
        name=name,
        package=import_module(package),
        testing=import_module(f"{package}.testing"),
        webhook=import_module(f"{package}.webhook"),
        runtime=runtime,
    )


def _secret_text(argument: str) -> str:
    """Return a secret; if the argument is `@FILE`, the text of that file."""
    if not argument.startswith("@"):
        return argument
    file = argument[1:]
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise HooksmithError.at(None, f"cannot read {file}: {reason}") from None


def _parse_jwks(texts: Sequence[str]) -> list[Any]:
    """Return the JWKs of texts, each a JWK, a list of JWKs or a JWK Set (RFC 7517) in JSON."""
    keys: list[Any] = []
    for text in texts:
        try:
            data = json.loads(text)
        except ValueError:
            hint = "--secret @FILE reads one from a file"
            raise HooksmithError.at(None, "the secret is no JWK in JSON", hint=hint) from None
        keys += data.get("keys", [data]) if isinstance(data, dict) else data
    return keys
