"""Typed Python for webhooks, out of OpenAPI: the generator."""

from __future__ import annotations

__all__ = ["__version__"]

__version__: str


def __getattr__(name: str) -> str:
    """Return `__version__`, read from the package metadata on first use: that takes 30 ms."""
    if name == "__version__":
        from importlib.metadata import version

        return version("hooksmith")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
