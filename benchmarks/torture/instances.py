"""The instances that are sent: new studies, the same again, copies under new UIDs, other bytes under a known UID."""

import random
import threading
from dataclasses import dataclass, field
from pathlib import Path

from pydicom import Dataset, dcmread

from benchmarks.torture.ledger import Content, Offer, data_set_of, digest_of
from tests.images import image_dataset, textured, write

SMALL, LARGE = 64, 512
_ROOT = "1.2.826.0.1.3680043.10.1543"  # below a root for tests; nobody's real images bear it


@dataclass(slots=True)
class Studio:
    """Makes instances; the same seed makes the same ones.

    Attributes:
        folder: where their files go.
        made: the studies made so far, each a list of files, for those who send them again or copy them.
    """

    folder: Path
    chance: random.Random
    made: list[list[Path]] = field(default_factory=list)
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def new_study(self, instances: int, *, rows: int = SMALL) -> list[Offer]:
        """Make a study of a new patient."""
        number = self._next()
        study, series = self._uid(), self._uid()
        offers = []
        for index in range(instances):
            ds = image_dataset(
                textured(rows, rows, seed=self.chance.randrange(1 << 30)),
                bits=12,
                SOPInstanceUID=self._uid(),
                StudyInstanceUID=study,
                SeriesInstanceUID=series,
                PatientID=f"T{number:06}",
                PatientName=f"TORTURE^N{number}",
                IssuerOfPatientID="TORTURE",
                PatientBirthDate="19700101",
                PatientSex="O",
                StudyDate="20260101",
                AccessionNumber=f"A{number}",
                InstanceNumber=index + 1,
            )
            ds.AcquisitionDate, ds.AcquisitionTime = "20260101", f"08{number % 60:02}{index % 60:02}.{index:03}"
            offers.append(self._offer(ds, "large" if rows == LARGE else "new"))
        self.made.append([offer.path for offer in offers])
        return offers

    def again(self) -> list[Offer]:
        """Send an earlier study once more, byte for byte."""
        return [_as_it_is(path) for path in self.chance.choice(self.made)]

    def copy(self) -> list[Offer]:
        """Make a copy of an earlier study under new UIDs: same patient, same pixels."""
        study, series = self._uid(), self._uid()
        offers = []
        for path in self.chance.choice(self.made):
            ds = dcmread(path)
            ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = study, series, self._uid()
            offers.append(self._offer(ds, "copy"))
        return offers

    def conflict(self) -> list[Offer]:
        """Give one instance of an earlier study another picture under the same SOP Instance UID."""
        ds = dcmread(self.chance.choice(self.chance.choice(self.made)))
        ds.PixelData = textured(ds.Rows, ds.Columns, seed=self.chance.randrange(1 << 30)).tobytes()
        return [self._offer(ds, "conflict")]

    def batch(self) -> list[Offer]:
        """Make what a sender gets at once: mostly new, sometimes what tempts the rules. Threads may share a studio."""
        with self._lock:
            makes = [self._small, self._large, self.again, self.copy, self.conflict]
            known = [6, 1, 1, 2, 1] if self.made else [1, 0, 0, 0, 0]
            return self.chance.choices(makes, known)[0]()

    def _small(self) -> list[Offer]:
        return self.new_study(self.chance.randint(1, 4))

    def _large(self) -> list[Offer]:
        return self.new_study(1, rows=LARGE)

    def _offer(self, ds: Dataset, kind: str) -> Offer:
        path = write(ds, self.folder / f"{self._next():07}.dcm")
        return Offer(_content(path, str(ds.SOPInstanceUID)), path, kind)

    def _uid(self) -> str:
        return f"{_ROOT}.{self.chance.randrange(1, 1 << 60)}.{self._next()}"

    def _next(self) -> int:
        self._count += 1
        return self._count


def _as_it_is(path: Path) -> Offer:
    uid = str(dcmread(path, specific_tags=["SOPInstanceUID"], stop_before_pixels=True).SOPInstanceUID)
    return Offer(_content(path, uid), path, "again")


def _content(path: Path, uid: str) -> Content:
    return Content(uid, digest_of(data_set_of(path.read_bytes())))
