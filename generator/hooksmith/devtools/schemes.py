"""Signature schemes named or declared on the command line, for documents that declare none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ..errors import HooksmithError
from ..extensions.signature_schemes import known_scheme, known_schemes
from ..suggest import did_you_mean


def scheme_hint() -> str:
    """Return the hint for a missing scheme."""
    return f"--scheme NAME ({', '.join(known_schemes())}), or its declaration in JSON"


def scheme_declaration(text: str) -> Mapping[str, Any]:
    """Return the declaration of a known scheme, or the declaration that `text` is. Raises HooksmithError."""
    if text in known_schemes():
        return known_scheme(text)
    try:
        declaration = json.loads(text)
    except ValueError:
        hint = did_you_mean(text, known_schemes()) or f"known: {', '.join(known_schemes())}"
        message = f"{text!r} is neither a known scheme nor JSON"
        raise HooksmithError.at(None, message, hint=hint) from None
    return _checked(declaration)


def _checked(declaration: Any) -> Mapping[str, Any]:
    """Return a declaration that fits the JSON Schema of schemes. Raises HooksmithError."""
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        hint = 'pip install "hooksmith[generator]", or name a known scheme'
        message = "a scheme in JSON is checked by jsonschema, which is not installed"
        raise HooksmithError.at(None, message, hint=hint) from None
    from ..extensions.schema import schema

    scheme = {"$ref": "#/$defs/scheme", "$defs": schema()["$defs"]}
    error = next(iter(Draft202012Validator(scheme).iter_errors(declaration)), None)
    if error is not None or not isinstance(declaration, dict):
        reason = error.message if error else "not an object"
        raise HooksmithError.at(None, f"the scheme is no declaration: {reason}")
    return declaration


def build_scheme(declaration: Mapping[str, Any], runtime: str) -> Any:
    """Return the scheme of a declaration as an object of a runtime. Raises HooksmithError if it takes no secret."""
    signatures = f"{runtime}.webhooks.signatures"
    match declaration["scheme"]:
        case "standard-webhooks":
            names = ("keys", "headers", "tolerance")
            options = {name: declaration[name] for name in names if name in declaration}
            return import_module(f"{signatures}.standard_webhooks").StandardWebhooks(**options)
        case "static-header":
            module = import_module(f"{signatures}.static_header")
            return module.StaticHeader(header=declaration["header"])
        case "hmac":
            return _build_hmac(declaration, import_module(f"{signatures}.hmac_signatures"))
        case other:
            raise HooksmithError.at(None, f"{other} is no scheme with a secret")


def _build_hmac(declaration: Mapping[str, Any], module: Any) -> Any:
    renamed = ("scheme", "timestamp", "id", "secret")
    options = {name: option for name, option in declaration.items() if name not in renamed}
    if "timestamp" in declaration:
        options["timestamp"] = module.SignedAt(**declaration["timestamp"])
    if "id" in declaration:
        options["id_header"] = declaration["id"]["header"]
    return module.HMAC(secret=module.SecretText(**declaration["secret"]), **options)
