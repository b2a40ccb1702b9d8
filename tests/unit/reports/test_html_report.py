"""The HTML report says what needs a person first, asks nothing of any host, and trusts no header."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pacs_dedup.domain.case import CaseState
from pacs_dedup.domain.evidence import Evidence
from pacs_dedup.domain.verdict import Disposition, Relation
from pacs_dedup.reports.html_report import render_html
from pacs_dedup.reports.model import PATIENT_DATA_STATEMENT
from tests.unit.reports.a_report import HOSTILE, a_case, a_case_report, a_report, a_study, differences, evidence


class Page(HTMLParser):
    """What a browser would see: tags with attributes, and the text."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_report_asks_nothing_of_any_host() -> None:
    page = Page(render_html(a_report()))

    sources = [a.get("src") or "" for tag, a in page.tags if tag in ("img", "script", "iframe", "link")]
    assert sources
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert not re.search(r"url\(|@import", page.text)
    assert [tag for tag, _ in page.tags if tag in ("script", "link", "iframe", "object")] == []


def test_links_lead_only_into_the_report_itself() -> None:
    page = Page(render_html(a_report()))
    targets = {a["id"] for _, a in page.tags if "id" in a}

    links = [a["href"] or "" for tag, a in page.tags if tag == "a"]

    assert links
    assert all(link.removeprefix("#") in targets for link in links)


def test_alerts_come_before_holds_before_flags_before_what_is_decided() -> None:
    page = Page(render_html(a_report()))

    articles = [a for tag, a in page.tags if tag == "article"]

    assert [a["class"] for a in articles] == ["case alert", "case quarantine", "case flag", "case done"]


def test_a_conflict_that_is_held_is_counted_among_the_alerts() -> None:
    held = a_case(5, relation=Relation.UID_CONFLICT, disposition=Disposition.QUARANTINE)

    text = Page(render_html(a_report(cases=(a_case_report(held),)))).text

    assert "1alert to look at" in text.replace("\n", "")
    assert "0flags to look at" in text.replace("\n", "")


def test_a_decided_case_is_not_among_what_needs_a_person() -> None:
    html = render_html(a_report(cases=(a_case_report(a_case(5, state=CaseState.DECIDED)),))).decode()

    assert "No open case in this period." in html
    assert "looked at both" in html


def test_the_verdict_is_a_sentence_with_a_band_and_never_a_percentage() -> None:
    text = Page(render_html(a_report())).text
    visible = text.split("</style>")[-1].split("Copied studies\n", 1)[-1]

    assert "140 of 140 items have exactly the same pixels." in visible
    assert "certain" in visible
    assert not re.search(r"\d\s?%", visible.rsplit("}", 1)[-1])


def test_chinese_names_are_there_as_characters() -> None:
    assert "CHAN, TAI MAN  陳大文" in Page(render_html(a_report())).text


def test_the_report_carries_query_versions_and_the_statement_about_patient_data() -> None:
    text = Page(render_html(a_report())).text

    for expected in (
        "all arrivals and cases since the beginning",
        "spd1.aid1",
        "2026.1",
        "0.1.0",
        PATIENT_DATA_STATEMENT,
    ):
        assert expected in text


def test_a_hostile_header_stays_text() -> None:
    study = a_study(
        patient_name=HOSTILE, patient_id=HOSTILE, description=HOSTILE, accession_number=HOSTILE, modality=HOSTILE
    )
    difference = replace(differences()[0], keyword=HOSTILE, incoming=HOSTILE, prior=HOSTILE)
    case = a_case_report(incoming=study, prior=study, differences=(difference,), differences_note=HOSTILE)

    page = Page(render_html(a_report(cases=(case,), query=HOSTILE)))

    assert [tag for tag, _ in page.tags if tag == "script"] == []
    assert all((a.get("src") or "data:").startswith("data:") for _, a in page.tags)
    assert HOSTILE in page.text


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_no_name_adds_a_tag(name: str) -> None:
    def tags(patient_name: str) -> list[str]:
        cases = (a_case_report(incoming=a_study(patient_name=patient_name), pictures=a_case_report().pictures),)
        return [tag for tag, _ in Page(render_html(a_report(cases=cases))).tags]

    assert tags(name) == tags("plain")


def test_an_empty_period_says_so_instead_of_showing_empty_tables() -> None:
    text = Page(
        render_html(a_report(cases=(), unreadable=(), senders=(), pairs=(), dispositions=(), studies=0, instances=0))
    ).text

    for expected in (
        "No open case in this period.",
        "No two studies had anything in common.",
        "Nothing arrived.",
        "Every instance could be compared.",
    ):
        assert expected in text


def test_missing_pictures_are_explained() -> None:
    assert "No pictures: The pixels could not be decoded." in Page(render_html(a_report())).text


def test_what_could_not_be_read_is_listed_with_its_cause() -> None:
    assert "the pixel data are shorter than Rows x Columns say" in Page(render_html(a_report())).text


@pytest.mark.parametrize("relation", list(Relation))
@pytest.mark.parametrize("disposition", [d for d in Disposition if d.opens_case])
def test_every_relation_and_disposition_has_a_page(relation: Relation, disposition: Disposition) -> None:
    html = render_html(a_report(cases=(a_case_report(a_case(1, relation, disposition)),)))

    assert f'class="case {disposition}"'.encode() in html


def test_evidence_without_any_finding_still_makes_a_page() -> None:
    bare = Evidence((), evidence().coverage, evidence().sop, evidence().patient_tier)
    case = a_case()
    case = replace(case, verdict=replace(case.verdict, evidence=bare))

    assert b"Header differences" in render_html(a_report(cases=(a_case_report(case),)))


def test_what_could_not_be_read_is_not_said_to_be_forwarded_where_it_was_refused() -> None:
    text = " ".join(render_html(a_report()).decode().split())
    assert (
        "These instances are kept; they could not be compared. What was refused is not forwarded; the rest is, as it "
        "came, where this site forwards."
    ) in text
