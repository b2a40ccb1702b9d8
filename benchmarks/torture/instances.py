"""The instances that are sent: new studies, the same again, copies under new UIDs, other bytes under a known UID."""

import random
import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread

from benchmarks.torture.ledger import Content, Offer, data_set_of, digest_of
from tests.images import image_dataset, write

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
        study, series, patient = self._uid(), self._uid(), self._patient()
        taken, began = self._date(2015, 2025), self.chance.randrange(6 * 3600, 20 * 3600)
        offers = []
        for index in range(instances):
            ds = image_dataset(
                _picture(rows, self.chance.randrange(1 << 30)),
                bits=12,
                SOPInstanceUID=self._uid(),
                StudyInstanceUID=study,
                SeriesInstanceUID=series,
                StudyDate=taken,
                StudyTime=_time(began),
                AcquisitionDate=taken,
                AcquisitionTime=_time(began + 7 * index),
                AccessionNumber=f"A{self.chance.randrange(10**9)}",
                InstanceNumber=index + 1,
                **patient,
            )
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
        ds.PixelData = _picture(ds.Rows, self.chance.randrange(1 << 30)).tobytes()
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

    def _patient(self) -> dict[str, str]:
        """Invent somebody who is like nobody else, so that few studies call for a comparison."""
        letters = [self.chance.choice("BCDFGKLMNPRSTVZ") + self.chance.choice("AEIOU") for _ in range(7)]
        return {
            "PatientID": f"T{self.chance.randrange(10**8):08}",
            "PatientName": f"{''.join(letters[:4])}^{''.join(letters[4:])}",
            "IssuerOfPatientID": "TORTURE",
            "PatientBirthDate": self._date(1930, 2010),
            "PatientSex": self.chance.choice("FM"),
        }

    def _date(self, first: int, last: int) -> str:
        return f"{self.chance.randint(first, last)}{self.chance.randint(1, 12):02}{self.chance.randint(1, 28):02}"

    def _uid(self) -> str:
        return f"{_ROOT}.{self.chance.randrange(1, 1 << 60)}.{self._next()}"

    def _next(self) -> int:
        self._count += 1
        return self._count


def _time(seconds: int) -> str:
    return f"{seconds // 3600:02}{seconds // 60 % 60:02}{seconds % 60:02}"


def _picture(rows: int, seed: int) -> NDArray[np.uint16]:
    """Draw some bodies and noise; two seeds give pictures that are not alike, so that few studies are compared."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : rows * 1j]
    values = 0.02 * generator.standard_normal((rows, rows))
    for across, down, width, height, tone in generator.uniform(-1, 1, (6, 5)):
        values += tone * np.exp(-(((x - across) / (0.2 + abs(width))) ** 2) - ((y - down) / (0.2 + abs(height))) ** 2)
    return np.rint((values - values.min()) / np.ptp(values) * 4095).astype(np.uint16)


def _as_it_is(path: Path) -> Offer:
    uid = str(dcmread(path, specific_tags=["SOPInstanceUID"], stop_before_pixels=True).SOPInstanceUID)
    return Offer(_content(path, uid), path, "again")


def _content(path: Path, uid: str) -> Content:
    return Content(uid, digest_of(data_set_of(path.read_bytes())))
