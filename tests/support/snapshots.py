"""Snapshots as files of their own, wherever they belong: syrupy's single-file extension with a folder of choice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from syrupy.data import Snapshot, SnapshotCollection, SnapshotCollections
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode


def files_in(
    folder: Path, only: str = "*", test: str = "test_snapshot"
) -> type[SingleFileSnapshotExtension]:
    """An extension that keeps `snapshot(name="a/b.py")` at `folder`/a/b.py.

    `only`: which files there are snapshots. `test`: the function whose snapshots they are.
    """

    class Files(SingleFileSnapshotExtension):
        _write_mode = WriteMode.TEXT
        file_extension = ""

        @classmethod
        def dirname(cls, *, test_location: Any) -> str:
            return str(folder)

        @classmethod
        def discovery_dirname(cls, *, test_location: Any) -> str:
            return str(folder)

        @classmethod
        def get_snapshot_name(cls, *, test_location: Any, index: Any = 0) -> str:
            return f"{test}[{index}]"

        @classmethod
        def get_location(cls, *, test_location: Any, index: Any) -> str:
            return str(folder / index)

        @classmethod
        def matches_test_location(cls, *, test_location: Any, snapshot_location: str) -> bool:
            return Path(snapshot_location).is_relative_to(folder)

        def is_snapshot_location(self, *, location: str) -> bool:
            path = Path(location)
            return path.is_relative_to(folder) and path.relative_to(folder).match(only)

        def owns_snapshot_collection(self, *, filepath: str, test_location: Any) -> bool:
            return self.is_snapshot_location(location=filepath)

        def discover_snapshots(self, **options: Any) -> SnapshotCollections:
            """Snapshots alone: an update would delete the other files of the folder as unused."""
            return _those(super().discover_snapshots(**options), self.is_snapshot_location)

        def read_snapshot_collection(self, *, snapshot_location: str) -> SnapshotCollection:
            path = Path(snapshot_location).relative_to(folder).as_posix()
            found = SnapshotCollection(location=snapshot_location)
            found.add(Snapshot(name=f"{test}[{path}]"))
            return found

        def read_snapshot_data_from_location(
            self, *, snapshot_location: str, snapshot_name: str, session_id: str
        ) -> str | None:
            path = Path(snapshot_location)
            return path.read_bytes().decode() if path.is_file() else None

    return Files


def _those(collections: SnapshotCollections, wanted: Callable[..., bool]) -> SnapshotCollections:
    found = SnapshotCollections()
    for collection in collections:
        if wanted(location=collection.location):
            found.add(collection)
    return found
