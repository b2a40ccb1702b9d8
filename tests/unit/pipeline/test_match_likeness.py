"""Copies that nothing but their likeness, or the bytes of their stream, leads to."""

from dataclasses import replace

from pacs_dedup.domain.blocking import is_likeness, search_keys
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.identifiers import StudyInstanceUid, StudyKey
from tests.builders import NOBODY, digest_of, make_acquisition, make_frame, make_instance, make_study, renewed
from tests.site import Site

SILENT = make_acquisition(None, modality="DX", acquired_at="", study_date="", device_serial="", accession_number="")


def film(name: str, likeness: str) -> InstanceFingerprint:
    """A film whose header says nothing and whose pixels are its own."""
    frame = make_frame(name, perceptual_hash=likeness)
    return make_instance(name, frames=(frame,), acquisition=SILENT, patient=NOBODY)


def pairs(site: Site) -> list[tuple[str, str]]:
    return [(judgement.incoming.source, judgement.prior.source) for judgement in site.judgements()]


def test_a_film_that_was_pressed_and_cut_is_compared_with_the_one_it_looks_like() -> None:
    site = Site()
    site.send_study([film("1", "0123456789abcdef")], "QEHPACS")
    site.send_study(renewed([film("2", "0123ffff89abffff")]), "PMHPACS")
    assert pairs(site) == [("PMHPACS", "QEHPACS")]


def test_films_that_do_not_look_alike_are_not_compared() -> None:
    site = Site()
    site.send_study([film("1", "0123456789abcdef")], "QEHPACS")
    site.send_study(renewed([film("2", "0123ffffffffffff")]), "PMHPACS")
    assert pairs(site) == []


def test_films_that_look_alike_do_not_crowd_out_the_one_that_is_the_same() -> None:
    site = Site()
    original = film("1", "0123456789abcdef")
    likenesses = [key for key in search_keys(make_study(original)) if is_likeness(key)]
    for number in range(250):
        site.database.index.put_keys(StudyKey(StudyInstanceUid(f"1.3.{number}"), "WEST"), "", likenesses)
    site.send_study([replace(original, frames=(replace(original.frames[0], perceptual_hash=None),))], "QEHPACS")
    site.send_study(renewed([original]), "PMHPACS")
    assert pairs(site) == [("PMHPACS", "QEHPACS")]


def test_the_same_stream_under_new_uids_is_compared() -> None:
    site = Site()
    video = make_instance(
        "1", frames=(), acquisition=SILENT, patient=NOBODY, code_stream_digest=digest_of("stream", "csd2")
    )
    site.send_study([video], "QEHPACS")
    site.send_study(renewed([video]), "PMHPACS")
    assert pairs(site) == [("PMHPACS", "QEHPACS")]
