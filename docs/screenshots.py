"""Make the screenshots of docs/images: `python docs/screenshots.py` with a Chromium on the machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent / "images"
SHOTS = {
    "event": ("workos/events/user.created.html", "light", 1000),
    "call": ("workos/resources/webhooks.create_webhook_endpoint.html", "dark", 1000),
    "signatures": ("mattr/signatures.html", "light", 1000),
    "narrow": ("scalekit/events/index.html", "dark", 400),
}
"""Name of an image → page, colour scheme and width in pixels."""


def main() -> None:
    """Build the sites of the configuration, and photograph four pages."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        command = [sys.executable, "-m", "hooksmith", "docs", "--out", f"{folder}/site"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, (path, scheme, width) in SHOTS.items():
            page = browser.new_page(
                viewport={"width": width, "height": 720},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            page.goto((Path(folder) / "site" / path).as_uri())
            page.screenshot(path=IMAGES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
