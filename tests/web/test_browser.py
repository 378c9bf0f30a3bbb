"""The whole journey in a real browser: with and without JavaScript, on a wide screen and on a telephone's."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from infra.deploy.parts import PartMissing, chromium
from tests.infra.answering import told, word
from tests.infra.commands import Home, home
from tests.web.homes import linked, mailed
from tests.web.visiting import free_port, link_of, settings_of, settled, visited

__all__ = ["home", "linked", "mailed"]

pytestmark = pytest.mark.timeout(600)  # the first run on a machine fetches the browser
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run")
SIZES: tuple[ViewportSize, ...] = ({"width": 1280, "height": 800}, {"width": 320, "height": 640})


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        path = chromium()
    except PartMissing as reason:
        pytest.fail(str(reason), pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


def sound(page: Page, said: list[str], scripted: bool) -> None:
    """Axe, which is a script itself, finds nothing; nothing runs off a wide or a narrow screen, the console is silent,
    and one heading leads."""
    if scripted:
        found = Axe().run(page)
        assert not found.violations_count, found.generate_report()
    for size in SIZES:
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (page.url, size)
    assert page.locator("h1").count() == 1 and not said, said
    said.clear()


@pytest.mark.parametrize("scripted", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_answers_in_a_browser(linked: Home, browser: Browser, scripted: bool) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with visited(settings_of(linked, base), port):
        page, said = browser.new_page(java_script_enabled=scripted, viewport=SIZES[-1]), list[str]()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda fault: said.append(str(fault)))
        page.goto(base + link_of(linked))
        where = page.url
        assert where.startswith(f"{base}/answer/") and page.locator("input:checked").count() == 0
        assert page.evaluate("document.body.classList.contains('js-enabled')") is scripted
        sound(page, said, scripted)
        page.get_by_role("button").click()
        assert page.title().startswith("Error: ") and "422" in said.pop()
        focused = page.evaluate("document.activeElement.className")
        assert focused == ("govuk-error-summary" if scripted else "govuk-template__body")
        sound(page, said, scripted)
        for form in ("time", "deputy", "report", "needs") if scripted else ("needs",):
            page.goto(f"{where}/{form}")
            sound(page, said, scripted)
        page.get_by_role("checkbox", name="An interpreter").check()
        page.get_by_role("button").click()
        assert page.get_by_role("checkbox", name="An interpreter").is_checked() and "422" in said.pop(), (
            "nothing chosen is lost"
        )
        sound(page, said, scripted)
        page.get_by_role("link", name="Back").click()
        page.get_by_label("Yes, I will come", exact=True).check()
        page.get_by_role("button").click()
        assert page.url.endswith("/done") and page.get_by_text("We have what you sent us").is_visible()
        sound(page, said, scripted)
        page.goto(f"{base}/nothing")
        assert "404" in said.pop()
        sound(page, said, scripted)
        page.close()
    with ThreadPoolExecutor() as pool:  # playwright's loop runs in this thread
        pool.submit(settled, linked).result()
    found = word(linked)
    assert found and found["reply"] == "accepted" and told(linked)
