"""One browser, and the sites that it opens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hooksmith.docs.site import render_site
from support.browser import executable
from support.paths import PROVIDERS
from support.sites import provider_api, write

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine. Not for longer: its event loop would be in the way of `asyncio.run` in others."""
    playwright = pytest.importorskip("playwright.sync_api", reason="there is no playwright")
    path = executable()
    if path is None:
        pytest.skip("there is no Chromium on this machine: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the four providers, as files."""
    files = render_site([provider_api(provider) for provider in PROVIDERS])
    return write(files, tmp_path_factory.mktemp("site"))
