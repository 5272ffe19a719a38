"""Folders that stay between sessions, so that a session checks again the modules that have changed."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def kept_folder(request: pytest.FixtureRequest) -> Path:
    """A folder that stays between sessions; without pytest's cache, a folder of the session."""
    cache = request.config.cache
    if cache is None:
        factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
        return factory.mktemp("type_checking")
    return cache.mkdir("type_checking")
