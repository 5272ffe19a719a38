"""`hooksmith.lock`: the documents that `hooksmith pull` has fetched, with a digest of every file.

The file stands beside the configuration and belongs into version control. It has no time stamps, so that fetching an
unchanged document changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import ConfigError, LoadError, Place
from ..frozen import value

LOCK_NAME = "hooksmith.lock"
_VERSION = 1


@value()
class FetchedFiles:
    """The files of one document as they were fetched.

    `files`: path relative to the lock file's folder, with `/` → SHA-256 of the content in hexadecimal digits.
    """

    url: str
    files: Mapping[str, str]

    def faults(self, folder: Path) -> Iterator[str]:
        """Yield a message for each file that is missing or has other content than was fetched."""
        for name, digest in self.files.items():
            try:
                content = (folder / name).read_bytes()
            except OSError:
                yield f"{name} has been fetched but is not there"
                continue
            if digest_of_content(content) != digest:
                yield f"{name} is not what was fetched"


def digest_of_content(content: bytes) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def read_lock(path: Path) -> dict[str, FetchedFiles]:
    """Return the entries of a lock file: name of an API → its files. A missing file has none.

    Raises LoadError if the file cannot be read or has another form.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise LoadError.at(Place(file=str(path)), f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _broken(path) from error
    try:
        if data["version"] != _VERSION:
            raise _broken(path)
        return {name: _entry(entry) for name, entry in data["documents"].items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _broken(path) from error


def _entry(data: Any) -> FetchedFiles:
    files = {str(name): str(digest) for name, digest in data["files"].items()}
    return FetchedFiles(str(data["url"]), files)


def _broken(path: Path) -> LoadError:
    hint = "delete the file and run `hooksmith pull`"
    return LoadError.at(Place(file=str(path)), "not a lock file of this version", hint=hint)


def lock_text(documents: Mapping[str, FetchedFiles]) -> str:
    """Return the text of a lock file."""
    entries = {
        name: {"url": entry.url, "files": dict(sorted(entry.files.items()))}
        for name, entry in sorted(documents.items())
    }
    return json.dumps({"version": _VERSION, "documents": entries}, indent=2) + "\n"


def check_fetched(config: Path, name: str, url: str) -> None:
    """Compare the files of an API whose `spec` is a URL with the lock file beside the configuration `config`.

    Raises ConfigError if the document has not been fetched from that URL, or if a file has changed since.
    """
    lock = config.parent / LOCK_NAME
    entry = read_lock(lock).get(name)
    place = Place(file=str(config))
    if entry is None or entry.url != url:
        message = f"apis.{name}.spec: {url} has not been fetched"
        raise ConfigError.at(place, message, hint=f"hooksmith pull {name}")
    faults = list(entry.faults(lock.parent))
    if faults:
        hint = f"hooksmith pull {name}; changes of your own belong into an overlay, see `overlay`"
        raise ConfigError.at(place, f"apis.{name}.spec: {'; '.join(faults)}", hint=hint)
