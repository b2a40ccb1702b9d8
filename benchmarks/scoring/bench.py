"""The bench: seeds as priors in an archive, variants made when they are needed, and what was computed before."""

import os
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from hashlib import sha256
from pathlib import Path

from benchmarks.scoring.archive_of_priors import ArchiveOfPriors
from benchmarks.scoring.cache import Cache
from benchmarks.scoring.examined import Examined, examine_study
from benchmarks.scoring.looking import Find, LookKey, Looks
from benchmarks.scoring.rivals import SAMPLED_FRAMES
from benchmarks.simulator.admission import study_of
from benchmarks.simulator.model import Seed, Study, write_study
from pacs_dedup.domain.frames.verification import FrameVerification
from pacs_dedup.domain.identifiers import BlobId

INCOMING = "HOSPITAL-B"


@lru_cache(maxsize=2)
def study(seed: Seed) -> Study:
    """Read a seed's study; nobody may change it."""
    return study_of(seed)


def lot(name: str) -> float:
    """Draw a number for a name, 0..1, the same in every run."""
    return int(sha256(name.encode()).hexdigest()[:8], 16) / 2**32


def source_of(seed: Seed) -> str:
    """Name the peer that a seed came from as a prior; each its own, for seeds can share a Study Instance UID."""
    return f"HOSPITAL-A/{seed.name}"


@dataclass(slots=True)
class OnDisk:
    """A study's files, written the first time that somebody wants to read them.

    Attributes:
        make: makes the data sets.
        folder: where they go.
    """

    make: Callable[[], Study]
    folder: Path
    _paths: tuple[Path, ...] = ()

    def paths(self) -> tuple[Path, ...]:
        """Return the files in order."""
        if not self._paths:
            self._paths = write_study(self.make(), self.folder)
        return self._paths

    def finder(self, examined: Examined) -> Find:
        """Return what finds the file of a blob among these, and writes the files first if need be."""
        names = dict(zip((i.blob_id for i in examined.study.instances), examined.files, strict=True))

        def find(blob_id: str) -> Path | None:
            name = names.get(BlobId(blob_id))
            return next((path for path in self.paths() if path.name == name), None) if name else None

        return find


@dataclass
class Bench:
    """What every piece of work needs; made once in each process.

    Attributes:
        seeds: all that play a prior.
        fingerprints, looks: kept results, by the version of the code that made them.
    """

    seeds: tuple[Seed, ...]
    fingerprints: Cache
    looks: Cache
    _folder: tempfile.TemporaryDirectory[str] = field(default_factory=lambda: tempfile.TemporaryDirectory("-bench"))

    @cached_property
    def named(self) -> dict[str, Seed]:
        """Seeds by name."""
        return {seed.name: seed for seed in self.seeds}

    @cached_property
    def archive(self) -> ArchiveOfPriors:
        """All priors, findable."""
        archive = ArchiveOfPriors()
        for seed in random.Random(os.getpid()).sample(self.seeds, len(self.seeds)):
            self.prior(seed)  # several processes start at once; in orders of their own they find each other's work done
        for seed in self.seeds:
            archive.add(self.prior(seed).study)
        return archive

    @cached_property
    def _on_disk(self) -> dict[str, OnDisk]:
        folder = Path(self._folder.name)
        return {s.name: OnDisk(partial(study_of, s), folder / f"p{n}") for n, s in enumerate(self.seeds)}

    @cached_property
    def _priors(self) -> dict[str, Examined]:
        return {}

    def prior(self, seed: Seed) -> Examined:
        """Fingerprint a seed as it is."""
        if seed.name not in self._priors:
            self._priors[seed.name] = self.examined(f"prior {seed.name}", self._on_disk[seed.name], source_of(seed))
        return self._priors[seed.name]

    def examined(self, name: str, files: OnDisk, source: str, hashed: int | None = None) -> Examined:
        """Fingerprint a study, or recall what that gave before."""
        return self.fingerprints.get(name, lambda: examine_study(files.paths(), source, hashed))

    def variant(self, name: str, files: OnDisk) -> Examined:
        """Fingerprint what arrives; the perceptual rivals hash a sample of its frames."""
        return self.examined(name, files, INCOMING, SAMPLED_FRAMES)

    @contextmanager
    def scratch(self, *studies: Callable[[], Study]) -> Iterator[tuple[OnDisk, ...]]:
        """Give studies a place on the disk, and clear it when the work is done."""
        with tempfile.TemporaryDirectory(dir=self._folder.name) as folder:
            yield tuple(OnDisk(make, Path(folder, str(n))) for n, make in enumerate(studies))

    @contextmanager
    def looking(self, name: str) -> Iterator[Looks]:
        """Yield the verifications of one piece of work, with the files of all priors; keep them afterwards."""
        kept: dict[LookKey, FrameVerification] = self.looks.get(name, dict)
        self._looked.update(kept)
        looks = Looks(known=self._looked)
        looks.have((i for seed in self.seeds for i in self.prior(seed).study.instances), self._file_of_prior)
        yield looks
        if looks.used.keys() > kept.keys():
            self.looks.put(name, looks.used)

    @cached_property
    def _looked(self) -> dict[LookKey, FrameVerification]:
        return {}

    @cached_property
    def _owners(self) -> dict[str, Find]:
        finders = ((seed, self._on_disk[seed.name].finder(self.prior(seed))) for seed in self.seeds)
        return {i.blob_id: find for seed, find in finders for i in self.prior(seed).study.instances}

    def _file_of_prior(self, blob_id: str) -> Path | None:
        owner = self._owners.get(blob_id)
        return owner(blob_id) if owner else None

    def related(self, seed: Seed, other: Seed) -> bool:
        """Tell whether two seeds show one frame or more in common: then neither is a stranger to the other."""
        shared = set(seed.files) & set(other.files)
        if shared and (not seed.frames or not other.frames or set(seed.frames) & set(other.frames)):
            return True
        return not set(self.prior(seed).traits.stored).isdisjoint(self.prior(other).traits.stored)
