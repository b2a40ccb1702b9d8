"""What one pair costs: ours, the others', and normalising a header.

Processor time of this process, all threads, so that what else the machine does weighs little.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from random import Random

from pydicom import dcmread
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from benchmarks.linkage_parts import febrl_run, recordlinkage_peer, splink_peer
from benchmarks.linkage_parts.febrl import ATTRIBUTES, Dataset, candidates
from benchmarks.linkage_parts.hk_run import block, count_names, look_up
from benchmarks.linkage_parts.hk_synth import Header, Population, as_dataset, identity
from benchmarks.linkage_parts.register import OURS, fit
from pacs_dedup.dicom.read_patient import read_patient
from pacs_dedup.domain.patients.comparison import compare_patients, surely_different
from pacs_dedup.domain.patients.identity import PatientIdentity
from pacs_dedup.domain.patients.tier import search_among

SINGLE_PAIRS = 15
"""Single pairs that Splink is asked for; each takes part of a second."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor time per unit, microseconds; where only a whole batch can be timed, its mean."""

    what: str
    units: int
    mean: float
    median: float | None = None
    p95: float | None = None
    p99: float | None = None


def ours(population: Population, patients: int) -> Iterator[Cost]:
    """Measure normalising, blocking and comparing, pair by pair, over the first incoming records.

    Args:
        population: of HK-synth.
        patients: incoming records to take.
    """
    chosen = population.incoming[:patients]
    yield _normalising([record.header for record in chosen])
    index = [identity(header) for header in population.index]
    incoming = [identity(record.header) for record in chosen]
    buckets = block(index)
    yield _each("blocking keys and look-up, one patient", [partial(look_up, patient, buckets) for patient in incoming])
    pairs = [(patient, index[place]) for patient in incoming for place in look_up(patient, buckets)]
    context, frequencies = search_among(len(index)), count_names(index)

    def compare(patient: PatientIdentity, prior: PatientIdentity) -> None:
        compare_patients(patient, prior, context, frequencies)

    def search(patient: PatientIdentity, prior: PatientIdentity) -> None:
        if not surely_different(patient, prior, context):
            compare_patients(patient, prior, context, frequencies)

    # Names that come first have their forms made; in a service most candidates come for the first time.
    yield _pairs("one candidate, everything compared", pairs, compare)
    yield _pairs("one candidate, as a search does: the name last", pairs, search)


def on_febrl(data: Dataset) -> Iterator[Cost]:
    """Measure ours and the others over the candidates of one FEBRL set with a header's attributes."""
    name, attributes = f"FEBRL {data.number}", ATTRIBUTES["PACS"]
    pairs = candidates(data, attributes)
    model = fit(OURS, data, attributes, pairs)
    records = [(data.records[a], data.records[b]) for a, b in pairs]
    yield _each(f"{name}: ours, one pair", [partial(model.bits, a, b) for a, b in records])
    if not recordlinkage_peer.why_absent():
        kinds = {name: febrl_run.KINDS[name] for name in attributes}
        yield _batch(f"{name}: recordlinkage, a pair of a batch with its training", len(pairs),
                     lambda: recordlinkage_peer.score(data.records, pairs, kinds))  # fmt: skip
    if not splink_peer.why_absent():
        yield from _splink(data, len(pairs))


def _splink(data: Dataset, pairs: int) -> Iterator[Cost]:
    name, task = f"FEBRL {data.number}", febrl_run.splink_task(data, "PACS")
    linker = splink_peer.make_linker(task)
    yield _batch(f"{name}: Splink predict, a pair of a batch", pairs, lambda: splink_peer.predict(linker))
    random = Random(1)
    chosen = [(random.choice(task.tables[0]), random.choice(task.tables[-1])) for _ in range(SINGLE_PAIRS)]
    yield _each(
        f"{name}: Splink score_pair, one pair", [partial(splink_peer.score_pair, linker, *pair) for pair in chosen]
    )


def _normalising(headers: Sequence[Header]) -> Cost:
    """Measure reading the patient from undecoded elements, as they arrive."""
    written = [_bytes(header) for header in headers]
    datasets = [dcmread(BytesIO(raw), stop_before_pixels=True) for raw in written]
    return _each("normalising the header of one study", [partial(read_patient, dataset) for dataset in datasets])


def _bytes(header: Header) -> bytes:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, CTImageStorage
    meta.MediaStorageSOPInstanceUID = "1.2.826.0.1.3680043.2.1"
    target = BytesIO()
    dataset = FileDataset(target, as_dataset(header), file_meta=meta, preamble=b"\0" * 128)
    dataset.save_as(target, enforce_file_format=True)
    return target.getvalue()


def _pairs(
    what: str,
    pairs: Sequence[tuple[PatientIdentity, PatientIdentity]],
    work: Callable[[PatientIdentity, PatientIdentity], None],
) -> Cost:
    return _each(what, [partial(work, a, b) for a, b in pairs])


def _each(what: str, calls: Sequence[Callable[[], object]]) -> Cost:
    taken = []
    for call in calls:
        started = time.process_time_ns()
        call()
        taken.append((time.process_time_ns() - started) / 1000)
    ranked = sorted(taken)
    at = [ranked[min(len(ranked) - 1, int(share * len(ranked)))] for share in (0.5, 0.95, 0.99)]
    return Cost(what, len(taken), sum(taken) / len(taken), *at)


def _batch(what: str, units: int, work: Callable[[], object]) -> Cost:
    started = time.process_time_ns()
    work()
    return Cost(what, units, (time.process_time_ns() - started) / 1000 / units)
