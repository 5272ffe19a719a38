"""Check for the packages of the extra `generator`, which the base install lacks."""

from __future__ import annotations

from importlib.util import find_spec

from ..errors import HooksmithError

GENERATOR_PACKAGES = ("black", "jinja2", "jsonschema", "referencing", "rich", "yaml")


def require_generator(action: str) -> None:
    """Raise HooksmithError if a package that `action` needs is not installed. `action`: a command and its option."""
    missing = [name for name in GENERATOR_PACKAGES if find_spec(name) is None]
    if missing:
        message = f"hooksmith {action} needs packages that are not installed: {', '.join(missing)}"
        raise HooksmithError.at(None, message, hint='pip install "hooksmith[generator]"')
