"""Real images, from disks and from senders: every file is accounted for, and equal pixels are found."""

import csv
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pydicom
import pytest
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_file_meta_info

from pacs_dedup.adapters.dimse_destination import DimseDestination
from pacs_dedup.domain.errors import PeerRefused
from tests.integration.running import ROOT
from tests.integration.support import LOOPBACK, arrivals

WHEEL = Path(pydicom.__file__).parent / "data"
DECLARED_OTHERWISE = {
    "pydicom-3.0.2/pydicom/data/test_files/SC_rgb_jpeg_lossy_gdcm.dcm",
    "pylibjpeg-data/ljdata/ds/JPEGBaseline/SC_rgb_jpeg_lossy_gdcm.dcm",
}
"""One code stream, declared YBR_FULL in one file and RGB in the other: the same samples, shown in other colours."""


def scan(folder, data):
    command = [sys.executable, "-m", "pacs_dedup", "--json", "--data", str(data), "scan", "--account", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1200)
    assert done.returncode in (0, 3), done.stderr
    return json.loads(done.stdout)


def assert_every_file_is_accounted_for(told, folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert told["files"] == len(files)
    assert told["read"] + told["not_dicom"] + told["links"] + len(told["unreadable"]) == told["files"]
    assert all(each["cause"] for each in told["unreadable"] + told["partly"])


def test_the_images_in_pydicoms_wheel_are_all_accounted_for_by_a_scan(tmp_path):
    told = scan(WHEEL, tmp_path / "data")
    assert_every_file_is_accounted_for(told, WHEEL)
    groups = [{Path(path).stem for path in group["paths"]} for group in told["equal_pixels"]]
    small_mr = {
        "MR_small",
        "MR_small_RLE",
        "MR_small_bigendian",
        "MR_small_expb",
        "MR_small_implicit",
        "MR_small_jp2klossless",
        "MR_small_jpeg_ls_lossless",
        "MR_small_padded",
    }
    assert small_mr in groups


def test_the_images_in_pydicoms_wheel_are_all_accounted_for_by_associations(running_service):
    service = running_service(completion={"quiet_s": 1})
    acknowledged, refused = send_all(WHEEL, service.port)
    service.wait_until_idle(180)
    assert acknowledged > 100
    assert_only_mismatches_were_refused(refused)
    assert_every_arrival_is_filed_or_listed(service, acknowledged + len(refused))


@pytest.mark.corpus
@pytest.mark.slow
def test_the_corpus_gives_its_known_groups_and_no_others(corpus, tmp_path):
    told = scan(corpus, tmp_path / "data")
    assert_every_file_is_accounted_for(told, corpus)
    name = {path: str(Path(path).relative_to(corpus)) for group in told["equal_pixels"] for path in group["paths"]}
    ours = {name[path]: number for number, group in enumerate(told["equal_pixels"]) for path in group["paths"]}
    unreadable = {str(Path(each["path"]).relative_to(corpus)) for each in told["unreadable"]}
    with (corpus / "PIXEL_EQUAL_GROUPS.csv").open() as file:
        known = {row["path"]: row["group"] for row in csv.DictReader(file)}
    assert_known_groups_are_found(known, ours, unreadable)
    assert_nothing_else_is_grouped(ours, corpus)


@pytest.mark.corpus
@pytest.mark.slow
def test_the_corpus_is_all_accounted_for_by_associations(corpus, running_service):
    service = running_service(completion={"quiet_s": 1}, dicom={"accept_private_sop_classes": True})
    acknowledged, refused = send_all(corpus, service.port)
    service.wait_until_idle(900)
    assert acknowledged > 700
    assert_only_mismatches_were_refused(refused)
    assert_every_arrival_is_filed_or_listed(service, acknowledged + len(refused))


def send_all(folder, port):
    """Send every DICOM file as it is; returns how many were acknowledged, and the files refused with the causes."""
    sender = DimseDestination("service", called_ae="PACSDEDUP", host=LOOPBACK, port=port, calling_ae="REALPACS")
    acknowledged, refused = 0, {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and names_an_instance(path)):
        try:
            sender.send(path)
            acknowledged += 1
        except PeerRefused as error:
            refused[path.name] = str(error)
    sender.close()
    return acknowledged, refused


def names_an_instance(path):
    """Tell whether a file's meta information says what a C-STORE command has to say."""
    try:
        meta = read_file_meta_info(path)
    except (InvalidDicomError, OSError, ValueError, AttributeError):
        return False
    names = ("MediaStorageSOPClassUID", "MediaStorageSOPInstanceUID", "TransferSyntaxUID")
    return (
        all(meta.get(each) for each in names)
        and meta.MediaStorageSOPClassUID != pydicom.uid.MediaStorageDirectoryStorage
    )


def assert_only_mismatches_were_refused(refused):
    """Some test files are made to name one thing in their meta information and another in their data set."""
    assert all("A900" in cause for cause in refused.values()), refused


def assert_every_arrival_is_filed_or_listed(service, sent):
    with service.database() as database:
        arrived = arrivals(database.arrivals)
        assert len(arrived) == sent
        filed = {m.arrival_id for entry in database.register.entries() for m in database.register.members(entry.key)}
        listed = {problem.arrival_id for problem in database.arrivals.problems()}
        assert filed | listed == set(range(1, len(arrived) + 1))


def assert_known_groups_are_found(known, ours, unreadable):
    members = defaultdict(set)
    for path, group in known.items():
        if path not in unreadable and path not in DECLARED_OTHERWISE:
            members[group].add(path)
    for group, paths in members.items():
        found = {ours.get(path) for path in paths}
        assert len(found) == 1, f"group {group} is split"
        assert len(paths) == 1 or None not in found, f"group {group} was not found"


def assert_nothing_else_is_grouped(ours, corpus):
    """No group holds files that the reference decoded to different samples.

    The reference hashed arrays as they came, so byte order and container width have hashes of their own.
    """
    with (corpus / "MANIFEST.csv").open() as file:
        reference = {row["path"]: (row["dtype"], row["pixsha"]) for row in csv.DictReader(file)}
    hashes = defaultdict(set)
    for path, number in ours.items():
        dtype, pixels = reference[path]
        if pixels:
            hashes[number, dtype].add(pixels)
    assert {group: found for group, found in hashes.items() if len(found) > 1} == {}
