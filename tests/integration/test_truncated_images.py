"""Real images of every kind, cut off: none stops the service or a scan, and each has an outcome."""

from pathlib import Path

import pytest
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_file_meta_info

from tests.integration.test_real_images import (
    WHEEL,
    assert_every_arrival_is_filed_or_listed,
    assert_every_file_is_accounted_for,
    scan,
    send_all,
)

LARGEST = 400_000
ELEMENT_HEAD = 8  # bytes: tag, VR and length


def one_of_each_kind(folder):
    """Return a path for each SOP class in each transfer syntax, the smallest one."""
    found = {}
    for path in sorted(folder.rglob("*"), key=lambda each: each.stat().st_size):
        if path.is_file() and path.stat().st_size < LARGEST:
            try:
                meta = read_file_meta_info(path)
            except (InvalidDicomError, OSError, ValueError, AttributeError):
                continue
            kind = meta.get("MediaStorageSOPClassUID"), meta.get("TransferSyntaxUID")
            if all(kind) and "FileMetaInformationGroupLength" in meta:
                found.setdefault(kind, path)
    return list(found.values())


def truncated(path, share):
    """Return a file's meta information, and that share of its data set."""
    octets = path.read_bytes()
    begin = 132 + 12 + read_file_meta_info(path).FileMetaInformationGroupLength
    return octets[: begin + int((len(octets) - begin) * share)]


def holds_no_element(path):
    """Tell whether not even the head of one element is left; pynetdicom sends no data set then."""
    begin = 132 + 12 + read_file_meta_info(path).FileMetaInformationGroupLength
    return path.stat().st_size - begin < ELEMENT_HEAD


def cut_off(source, folder, shares):
    """Write the cut images into a folder; returns it."""
    folder.mkdir()
    for number, path in enumerate(one_of_each_kind(source)):
        for share in shares:
            (folder / f"{number}-{share}.dcm").write_bytes(truncated(path, share))
    return folder


def assert_all_have_an_outcome(source: Path, tmp_path: Path, running_service, shares):
    folder = cut_off(source, tmp_path / "cut", shares)
    files = len(list(folder.iterdir()))
    assert files >= 30 * len(shares)
    assert_every_file_is_accounted_for(scan(folder, tmp_path / "data"), folder)
    service = running_service(completion={"quiet_s": 0.5}, dicom={"accept_private_sop_classes": True})
    acknowledged, refused = send_all(folder, service.port)
    assert acknowledged + len(refused) > 0.9 * files
    service.wait_until_idle(300)
    empty = {name for name, cause in refused.items() if "C000" in cause}
    assert empty == {path.name for path in folder.iterdir() if path.name in refused and holds_no_element(path)}
    kept = {name: cause for name, cause in refused.items() if name not in empty}
    assert all("A900" in cause for cause in kept.values()), "its UIDs were cut off, or are not the command's"
    assert_every_arrival_is_filed_or_listed(service, acknowledged + len(kept))
    assert service.stop() == 0


@pytest.mark.slow
def test_cut_images_of_every_kind_in_pydicoms_wheel_have_an_outcome(tmp_path, running_service):
    assert_all_have_an_outcome(WHEEL, tmp_path, running_service, [0.4])


@pytest.mark.corpus
@pytest.mark.slow
def test_cut_images_of_every_kind_in_the_corpus_have_an_outcome(corpus, tmp_path, running_service):
    assert_all_have_an_outcome(corpus, tmp_path, running_service, [0.02, 0.4, 0.97])
