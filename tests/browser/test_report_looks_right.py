"""The report in a real browser: it asks nothing of any host, fits the screen, and shows its pictures."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from pacs_dedup.reports.html_report import render_html
from tests.unit.reports.a_report import HOSTILE, a_case_report, a_report, a_study

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.peers,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium; apt-get install chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[tuple[Page, list[str]]]:
    asked: list[str] = []
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.on("request", lambda request: asked.append(request.url))
    (tmp_path / "report.html").write_bytes(render_html(a_report()))
    page.goto((tmp_path / "report.html").as_uri())
    yield page, asked
    page.close()


def test_no_host_is_asked_for_anything(opened: tuple[Page, list[str]]) -> None:
    page, asked = opened

    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in asked if url.startswith("file:")]) == 1
    assert page.title().startswith("Copied studies")


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080), (768, 1024)])
def test_nothing_sticks_out_sideways(opened: tuple[Page, list[str]], width: int, height: int) -> None:
    page, _ = opened

    page.set_viewport_size({"width": width, "height": height})

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_picture_is_shown(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened

    sizes = page.eval_on_selector_all("img", "imgs => imgs.map(i => i.complete ? i.naturalWidth : 0)")

    assert len(sizes) == 9
    assert all(size == 256 for size in sizes)


def test_the_first_screen_says_what_needs_a_person(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened

    for selector in ("#summary .numbers", "text=What needs a person", ".waiting .tag.alert"):
        box = page.locator(selector).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 768


def test_all_sections_are_there(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened

    assert page.locator("section").evaluate_all("all => all.map(s => s.id)") == ["summary", "cases", "unreadable"]
    assert page.locator("article").count() == 4
    assert page.locator("footer").inner_text().startswith("Query:")


def test_bars_begin_and_end_inside_their_chart(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened

    beyond = page.eval_on_selector_all(
        ".waterfall rect",
        "all => all.filter(r => r.x.baseVal.value < 0 || r.x.baseVal.value + r.width.baseVal.value > 242)",
    )

    assert page.locator(".waterfall rect").count() > 20
    assert beyond == []


def test_a_hostile_name_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    case = a_case_report(incoming=a_study(patient_name=HOSTILE, description="x" * 400))
    (tmp_path / "report.html").write_bytes(render_html(a_report(cases=(case,))))
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    dialogs, asked = [], []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url))

    page.goto((tmp_path / "report.html").as_uri())

    assert dialogs == []
    assert not any("evil.example" in url for url in asked)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
    page.close()
