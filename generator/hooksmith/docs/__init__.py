"""Documentation of APIs: a static site, Markdown or plain text, from descriptions and the plans of packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from .site import DocumentedApi, render_site
from .text_site import render_llms, render_markdown

FORMATS: Mapping[str, Callable[[Sequence[DocumentedApi]], dict[str, str]]] = {
    "html": render_site,
    "llms": render_llms,
    "markdown": render_markdown,
}
"""`--format` → the renderer that returns the files: path → text."""
