"""Sites in a real browser, opened as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from hooksmith.docs.site import render_site
from support.browser import visiting
from support.paths import SHARED
from support.sites import documented, write

from .test_hostile import ATTACKS, site_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGES = [
    "index.html",
    "workos/index.html",
    "workos/events/index.html",
    "workos/events/user.created.html",
    "workos/resources/webhooks.html",
    "workos/resources/webhooks.list_webhook_endpoints.html",
    "workos/models/index.html",
    "workos/models/WebhookEventType.html",
    "workos/signatures.html",
    "mattr/index.html",
    "mattr/signatures.html",
    "mattr/events/OpenIdCredentialIssued.html",
    "scalekit/events/index.html",
    "socotra/events/index.html",
    "socotra/signatures.html",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_ask_for_nothing(
    browser: Browser, site: Path, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with visiting(browser, scheme=scheme) as visit:
        for path in PAGES:
            visit.open(site / path)
            assert visit.complaints == [], path
            assert all(url.startswith(site.as_uri()) for url in visit.requests), path
            if visit.page.locator("#search").count():
                visit.page.fill("#search", "created")
                visit.page.wait_for_function("window.searchEntries")
            visit.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert serious_faults(axe, visit) == [], path


def serious_faults(axe: Any, visit: Any) -> list[str]:
    """The rules of accessibility that a page breaks seriously, each with the first place."""
    faults = [
        f"{each['id']}: {each['nodes'][0]['html']}"
        for each in axe.run(visit.page).response["violations"]
        if each["impact"] in ("serious", "critical")
    ]
    visit.complaints.clear()  # axe-core's own probes of the page
    return faults


@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_into_360_pixels(browser: Browser, site: Path, path: str) -> None:
    with visiting(browser, width=360) as visit:
        visit.open(site / path)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("name", ["svix.com", "github.com__ghes-2.21"])
def test_a_large_document_of_others_is_searched(
    browser: Browser, name: str, tmp_path: Path
) -> None:
    path = SHARED / "corpus" / f"{name}.json"
    if not path.is_file():
        pytest.skip(f"there is no {path.name} on this machine")
    found = documented(path, "made")
    folder = write(render_site([found]), tmp_path)
    resource = found.api.resources[0]
    call = f"{resource.name}.{resource.operations[0].name}"
    with visiting(browser, width=360) as visit:
        visit.open(folder / "index.html")
        visit.page.fill("#search", call)
        visit.page.locator("#results [role=option]").first.wait_for()
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url(f"**/resources/{call}.html")
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
        visit.open(folder / "models" / "index.html")
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert visit.complaints == []
    check_call_page(browser, folder, f"resources/{call}.html")


def check_call_page(browser: Browser, folder: Path, page: str) -> None:
    """A page of a call is accessible in both schemes, asks for nothing, and its links lead to files."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for scheme in ("light", "dark"):
        with visiting(browser, scheme=scheme) as visit:
            visit.open(folder / page)
            assert visit.complaints == []
            assert all(url.startswith(folder.as_uri()) for url in visit.requests)
            links = visit.page.eval_on_selector_all("a[href]", "all => all.map(a => a.pathname)")
            assert [link for link in links if not Path(unquote(link)).is_file()] == []
            assert serious_faults(axe, visit) == []
            visit.page.locator(".code .copy").first.click()
            visit.page.get_by_text("Copied").first.wait_for()
            assert visit.page.evaluate("navigator.clipboard.readText()")


def test_search_finds_events_fields_calls_and_models(browser: Browser, site: Path) -> None:
    with visiting(browser) as visit:
        page = visit.page
        for text, expected, path in (
            ("user.created", "user.created", "events/user.created.html"),
            ("data.email", "data.email", ".html#field.data.email"),
            ("profile_picture_url", "profile_picture_url", "profile_picture_url"),
            ("create_webhook", "webhooks.create_webhook_endpoint", "resources/webhooks.create"),
            ("WebhookEndpointStatus", "WebhookEndpointStatus", "models/WebhookEndpointStatus.html"),
            ("magic failed", "authentication.magic_auth_failed", "events/"),
        ):
            visit.open(site / "workos" / "models" / "index.html")
            page.keyboard.press("/")
            page.keyboard.type(text)
            option = page.locator("#results [role=option]").first
            option.wait_for()
            assert expected in option.inner_text()
            page.keyboard.press("Enter")
            page.wait_for_url(f"**{path.split('#', 1)[0]}**" if "#" not in path else "**#**")
            assert path.split("#")[-1] in page.url
            assert page.locator("h1").count() == 1
        assert visit.complaints == []


def test_search_shows_fields_beside_names(browser: Browser, site: Path) -> None:
    with visiting(browser) as visit:
        visit.open(site / "workos" / "index.html")
        visit.page.fill("#search", "email")
        visit.page.locator("#results [role=option]").first.wait_for()
        shown = visit.page.locator("#results small").all_inner_texts()
        kinds = {text.partition(":")[0] for text in shown}
        assert {"event", "model", "field"} <= kinds
        assert len(shown) == 30


def test_search_can_be_driven_by_keys(browser: Browser, site: Path) -> None:
    with visiting(browser) as visit:
        page = visit.page
        visit.open(site / "workos" / "index.html")
        page.keyboard.press("/")
        page.keyboard.type("created")
        page.locator("#results [role=option]").first.wait_for()
        box = page.locator("#search")
        assert box.get_attribute("aria-expanded") == "true"
        assert box.get_attribute("aria-activedescendant") == "result-0"
        page.keyboard.press("ArrowDown")
        assert box.get_attribute("aria-activedescendant") == "result-1"
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        assert box.get_attribute("aria-activedescendant") == "result-29"
        page.keyboard.press("Escape")
        assert box.get_attribute("aria-expanded") == "false"
        assert box.input_value() == ""


def test_filters_narrow_the_events(browser: Browser, site: Path) -> None:
    with visiting(browser) as visit:
        page = visit.page
        visit.open(site / "workos" / "events" / "index.html")
        shown = page.locator("#items > li:visible")
        everything = shown.count()
        assert everything == 111
        page.select_option("#filter-prefix", "user")
        types = [text.split()[0] for text in shown.all_inner_texts()]
        assert types
        assert all(type_.startswith("user.") for type_ in types)
        assert page.locator("#filter-count").inner_text() == f"{len(types)} of {everything}"
        page.fill("#filter-text", "deleted")
        assert [text.split()[0] for text in shown.all_inner_texts()] == ["user.deleted"]
        page.fill("#filter-text", "")
        page.select_option("#filter-prefix", "")
        page.select_option("#filter-group", index=1)
        assert 0 < shown.count() < everything


def test_copy_hands_over_the_code(browser: Browser, site: Path) -> None:
    with visiting(browser) as visit:
        page = visit.page
        visit.open(site / "workos" / "events" / "user.created.html")
        block = page.locator(".code", has=page.locator('[aria-label="Example payload"]'))
        block.locator(".copy").click()
        page.get_by_text("Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert json.loads(copied)["event"] == "user.created"


def test_the_theme_follows_the_system_until_it_is_chosen(browser: Browser, site: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    with visiting(browser, scheme="light") as visit:
        page = visit.page
        visit.open(site / "workos" / "index.html")
        assert page.evaluate(ground) == "rgb(255, 255, 255)"
        page.emulate_media(color_scheme="dark")
        dark = page.evaluate(ground)
        assert dark != "rgb(255, 255, 255)"
        page.emulate_media(color_scheme="light")
        page.click("#theme")
        assert page.evaluate(ground) == dark
        visit.open(site / "mattr" / "events" / "index.html")
        assert page.evaluate(ground) == dark  # remembered
        page.click("#theme")
        assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_a_link_leads_to_the_row_of_a_field(browser: Browser, site: Path) -> None:
    with visiting(browser) as visit:
        visit.open(site / "workos" / "events" / "user.created.html", "#field.data.email")
        row = visit.page.locator('[id="field.data.email"]')
        box = row.bounding_box()
        assert box is not None
        header = visit.page.locator("header").bounding_box()
        assert header is not None
        assert header["height"] <= box["y"] < 900


def test_pages_are_complete_without_scripts(browser: Browser, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "workos" / "events" / "user.created.html").as_uri())
    assert "user.created" in page.inner_text("main")
    assert page.locator("#search, .copy, #theme").first.is_hidden()
    context.close()


def test_print_shows_the_content_alone(browser: Browser, site: Path) -> None:
    with visiting(browser) as visit:
        visit.open(site / "workos" / "events" / "user.created.html")
        visit.page.emulate_media(media="print")
        assert not visit.page.locator("header").is_visible()
        assert not visit.page.locator(".copy").first.is_visible()
        assert visit.page.locator("#fields").is_visible()


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_texts_do_nothing(browser: Browser, attack: str, tmp_path: Path) -> None:
    folder = write(site_of(attack, tmp_path), tmp_path / "site")
    with visiting(browser) as visit:
        for file in sorted(folder.rglob("*.html")):
            visit.open(file)
            assert visit.page.evaluate("window.attacked === undefined")
        visit.page.fill("#search", "pet")
        visit.page.locator("#results [role=option]").first.wait_for()
        assert visit.page.evaluate("window.attacked === undefined")
        assert visit.page.locator("#results script, #results img").count() == 0
        assert visit.complaints == []
        assert all(url.startswith(folder.as_uri()) for url in visit.requests)
