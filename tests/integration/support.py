"""Real peers and instances for the tests at the outside edge."""

import shutil
import socket
import subprocess
import threading
from contextlib import contextmanager, suppress

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

LOOPBACK = "127.0.0.1"

needs_dcmtk = pytest.mark.skipif(not shutil.which("storescu"), reason="DCMTK is not installed (Debian package dcmtk)")
needs_orthanc = pytest.mark.skipif(
    not shutil.which("Orthanc"), reason="Orthanc is not installed (Debian package orthanc)"
)


def free_port():
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def ct_instance(*, seed=0, size=64, sop_class=CTImageStorage, **more):
    """Make a CT instance with noise for pixels and fresh UIDs."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid()
    ds.Modality, ds.PatientID, ds.PatientName = "CT", "T1", "TEST^EDGE"
    ds.StudyDate, ds.StudyTime, ds.AccessionNumber, ds.StudyID = "20260101", "080000", "A1", "1"
    ds.SeriesNumber, ds.InstanceNumber = 1, 1
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = size, size, 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.PixelData = np.random.default_rng(seed).integers(0, 4096, (size, size), dtype=np.uint16).tobytes()
    for keyword, value in more.items():
        setattr(ds, keyword, value)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    return ds


def written(folder, ds, name="instance.dcm"):
    path = folder / name
    ds.save_as(path, enforce_file_format=True)
    return path


def dcmtk(tool, port, *arguments, calling="STORESCU", called="PACSDEDUP", timeout=60):
    """Run a DCMTK tool against the listener; returns its exit code and everything it said."""
    command = [tool, "-v", "-aet", calling, "-aec", called, LOOPBACK, str(port), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=timeout, check=False)
    return done.returncode, done.stdout + done.stderr


def arrivals(book):
    """Return every recorded arrival, in order."""
    found, number = [], 1
    while arrival := book.get(number):
        found.append(arrival)
        number += 1
    return found


def stored_files(data):
    """Return the files of the blob store that hold instances, wherever it keeps them."""
    return [path for path in data.rglob("*") if path.is_file() and path.stat().st_size and is_part10(path)]


def is_part10(path):
    with path.open("rb") as file:
        return file.read(132)[128:] == b"DICM"


@contextmanager
def cutting_proxy(port, after_bytes):
    """Offer a port that passes on to ``port`` and cuts both connections after so many bytes from the sender."""
    with socket.create_server((LOOPBACK, 0)) as server:
        thread = threading.Thread(target=_pass_on, args=(server, port, after_bytes), daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(10)


def _pass_on(server, port, after_bytes):
    sender, _ = server.accept()
    with sender, socket.create_connection((LOOPBACK, port)) as receiver:
        threading.Thread(target=_copy, args=(receiver, sender), daemon=True).start()
        passed = 0
        while passed < after_bytes and (chunk := sender.recv(min(4096, after_bytes - passed))):
            receiver.sendall(chunk)
            passed += len(chunk)
        for connection in (sender, receiver):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _copy(source, target):
    with suppress(OSError):
        while chunk := source.recv(4096):
            target.sendall(chunk)
