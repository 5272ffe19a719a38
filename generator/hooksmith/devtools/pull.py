"""Fetch documents that a configuration names by URL, and write them beside it with their digests.

`generate` and `check` never use the network: they read the files that were fetched.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from ..errors import HooksmithError, LoadError, OutputError, Place
from ..frozen import value
from ..load.files import MAX_BYTES, parse
from ..load.lock_file import LOCK_NAME, FetchedFiles, digest_of_content, lock_text, read_lock
from ..output.whole_file import replace_file

if TYPE_CHECKING:
    import httpx2

_MAX_FILES = 2000
_MAX_REDIRECTS = 10
_TIMEOUT_SECONDS = 60.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@value()
class Source:
    """An API whose `spec` is a URL. `path`: where its document is written, relative to `folder`."""

    name: str
    url: str
    path: PurePosixPath
    folder: Path


@value()
class Pulled:
    """A fetched document. `changed`: paths whose content differs from the lock file."""

    source: Source
    files: Mapping[str, bytes]
    changed: Sequence[str]

    def locked(self) -> FetchedFiles:
        """Return the lock file's entry for the document."""
        digests = {name: digest_of_content(content) for name, content in self.files.items()}
        return FetchedFiles(self.source.url, digests)


def fetch(source: Source, headers: Mapping[str, str] | None = None) -> Pulled:
    """Fetch a document and every file that its relative `$ref`s lead to. Writes nothing.

    `headers` are sent to the URL's own host only. Raises LoadError if a file cannot be fetched or parsed, or if a
    `$ref` leads outside the folder of the document.
    """
    with _Fetcher(source, headers or {}) as fetcher:
        files = fetcher.fetch_all()
    before = read_lock(source.folder / LOCK_NAME).get(source.name)
    recorded = before.files if before and before.url == source.url else {}
    digests = {name: digest_of_content(content) for name, content in files.items()}
    changed = [name for name in {**digests, **recorded} if digests.get(name) != recorded.get(name)]
    return Pulled(source, files, sorted(changed))


def store(pulled: Pulled) -> None:
    """Write the files of a document, delete those it no longer has, and record it in the lock file.

    Raises OutputError if a file cannot be written; each file is replaced as a whole.
    """
    folder = pulled.source.folder
    lock = folder / LOCK_NAME
    documents = read_lock(lock)
    before = documents.get(pulled.source.name)
    for name, content in pulled.files.items():
        replace_file(folder / name, content)
    for name in (before.files if before else {}).keys() - pulled.files.keys():
        _delete(folder / name)
    documents[pulled.source.name] = pulled.locked()
    replace_file(lock, lock_text(documents).encode())


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        message = f"cannot be deleted: {error.strerror or error}"
        raise OutputError.at(Place(file=str(path)), message) from error


# --- fetching ----------------------------------------------------------------------------------------------------


class _Fetcher:
    """Fetches the files of one document."""

    def __init__(self, source: Source, headers: Mapping[str, str]) -> None:
        import httpx2

        self._source = source
        self._headers = headers
        self._client = httpx2.Client(timeout=_TIMEOUT_SECONDS)

    def __enter__(self) -> _Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def fetch_all(self) -> dict[str, bytes]:
        """Return path relative to the configuration's folder → content, the document first."""
        base = self._source.path.parent
        pending = {self._source.path.name: self._source.url}
        files: dict[str, bytes] = {}
        while pending:
            name, url = pending.popitem()
            content = self._fetch(url)
            files[(base / name).as_posix()] = content
            if len(files) > _MAX_FILES:
                raise self._error(url, f"the document has more than {_MAX_FILES} files")
            for other in _relative_references(Path(name), content):
                path, target = self._target(url, name, other)
                if (base / path).as_posix() not in files:
                    pending[path] = target
        return files

    def _target(self, url: str, name: str, reference: str) -> tuple[str, str]:
        """Return the path and the URL of a file that a `$ref` in the file `name` names."""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(reference)))
        if path.startswith(("..", "/")) or "\0" in path or "\\" in path:
            raise self._error(
                url, f"its $ref {reference!r} leads outside the folder of the document"
            )
        try:
            return path, urljoin(url, reference)
        except ValueError as error:
            raise self._error(url, f"its $ref {reference!r} is no URL: {error}") from error

    def _fetch(self, url: str) -> bytes:
        """Return the content at a URL, through redirects."""
        import httpx2

        target = url
        try:
            for _ in range(_MAX_REDIRECTS):
                check_url(target)
                with self._client.stream("GET", target, headers=self._headers_for(target)) as reply:
                    if not reply.is_redirect:
                        return self._content(url, reply)
                    target = urljoin(target, reply.headers.get("Location", ""))
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise self._error(url, f"cannot be fetched: {reason}") from error
        raise self._error(url, f"cannot be fetched: more than {_MAX_REDIRECTS} redirects")

    def _headers_for(self, url: str) -> Mapping[str, str]:
        """Return the headers for a request: those of the user, which may hold credentials, for the first host only."""
        parts, first = urlsplit(url), urlsplit(self._source.url)
        return self._headers if (parts.scheme, parts.netloc) == (first.scheme, first.netloc) else {}

    def _content(self, url: str, reply: httpx2.Response) -> bytes:
        if reply.status_code != 200:
            needs_login = reply.status_code in (401, 403)
            hint = "see `--header` for documents that need credentials" if needs_login else ""
            status = f"{reply.status_code} {reply.reason_phrase}".strip()
            raise self._error(url, f"cannot be fetched: {status}", hint)
        content = bytearray()
        for chunk in reply.iter_bytes():
            content += chunk
            if len(content) > MAX_BYTES:
                raise self._error(url, f"larger than {MAX_BYTES // 1024**2} MiB")
        return bytes(content)

    def _error(self, url: str, message: str, hint: str = "") -> LoadError:
        return LoadError.at(Place(file=url), message, hint=hint)


def check_url(url: str) -> None:
    """Raise LoadError unless a URL is `https`, or `http` on this machine."""
    try:
        parts = urlsplit(url)
        is_local = parts.scheme == "http" and parts.hostname in _LOOPBACK
        is_usable = bool(parts.hostname) and (parts.scheme == "https" or is_local)
    except ValueError:
        is_usable = False
    if not is_usable:
        raise LoadError.at(
            Place(file=url), "not an https:// URL", hint="documents are fetched by https"
        )


def _relative_references(path: Path, content: bytes) -> Iterator[str]:
    """Yield the file part of every `$ref` to another file by a relative path, each once.

    A file that is neither YAML nor JSON, such as an example in XML, has none.
    """
    try:
        data = parse(path, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise LoadError.at(Place(file=str(path)), "not UTF-8 text") from error
    except HooksmithError:
        if path.suffix in (".yaml", ".yml", ".json"):
            raise
        return
    locations = (reference.partition("#")[0] for reference in _references(data))
    for location in dict.fromkeys(locations):
        if location and not re.match("//|[A-Za-z][A-Za-z0-9+.-]*:", location):
            yield location


def _references(data: Any) -> Iterator[str]:
    pending = [data]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str):
                yield reference
            pending += node.values()
        elif isinstance(node, list):
            pending += node
