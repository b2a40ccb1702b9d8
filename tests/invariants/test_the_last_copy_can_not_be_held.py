"""Whatever is held, every image that came is with the archive: under its own UID or as an equal one."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.identifiers import Digest
from tests.builders import make_instance, make_slices, renewed
from tests.site import Archive, Site

ROOTS = ("1.2.3", "1.2.7", "1.2.8")
SOURCES = ("QEHPACS", "PMHPACS")
pieces = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4)
studies = st.lists(st.tuples(st.sampled_from(ROOTS), st.sampled_from(SOURCES), pieces), min_size=1, max_size=6)


def stack(root: str, pixels: list[str]) -> tuple[InstanceFingerprint, ...]:
    return renewed([make_instance(f"{ord(p)}{n}", p) for n, p in enumerate(pixels)], root)


def pixels_of(site: Site, archive: Archive | None = None) -> set[Digest]:
    fingerprints = site.database.index.get((archive or site.archive).received)
    return {frame.stored_digest for fingerprint in fingerprints for frame in fingerprint.frames}


@settings(max_examples=150)
@given(studies)
def test_every_pixel_that_came_reaches_the_archive(sent: list[tuple[str, str, list[str]]]) -> None:
    site = Site()
    came: set[Digest] = set()
    for root, source, pixels in sent:
        instances = stack(root, pixels)
        came |= {frame.stored_digest for i in instances for frame in i.frames}
        site.send_study(instances, source=source)
    assert pixels_of(site) == came


@settings(max_examples=60)
@given(studies)
def test_it_does_so_however_the_studies_come_in_between_each_other(sent: list[tuple[str, str, list[str]]]) -> None:
    site = Site()
    came: set[Digest] = set()
    for root, source, pixels in sent:
        instances = stack(root, pixels)
        came |= {frame.stored_digest for i in instances for frame in i.frames}
        site.receive(*instances, source=source)
    site.run()
    assert pixels_of(site) == came


HELD_BEFORE_THERE_WAS_AN_ARCHIVE = [
    ([("1.2.3", "QEHPACS", ["a"]), ("1.2.3", "PMHPACS", ["b"]), ("1.2.7", "QEHPACS", ["b"])], frozenset()),
    ([("1.2.3", "QEHPACS", ["a"]), ("1.2.7", "QEHPACS", ["b"])], frozenset({"archive"})),
]


@settings(max_examples=150)
@example(HELD_BEFORE_THERE_WAS_AN_ARCHIVE)
@given(st.lists(st.tuples(studies, st.frozensets(st.sampled_from(("archive", "vna")))), min_size=1, max_size=4))
def test_every_destination_gets_every_pixel_that_came_since_it_is_one(
    periods: list[tuple[list[tuple[str, str, list[str]]], frozenset[str]]],
) -> None:
    site = Site()
    archives = {name: Archive(name) for name in ("archive", "vna")}
    came: dict[str, set[Digest]] = {name: set() for name in archives}
    for sent, destinations in periods:
        site.destinations = {name: archives[name] for name in sorted(destinations)}
        for root, source, pixels in sent:
            instances = stack(root, pixels)
            for name in destinations:
                came[name] |= {frame.stored_digest for i in instances for frame in i.frames}
            site.send_study(instances, source=source)
    assert all(came[name] <= pixels_of(site, archive) for name, archive in archives.items())


def test_a_chain_of_copies_leaves_one_of_them_with_the_archive() -> None:
    site = Site()
    for number in range(5):
        site.send_study(renewed(make_slices(3), f"1.2.7.{number}"), source=f"PACS{number}")
    assert site.sent == 3
    assert len(site.held) == 4
