"""Which studies deserve a comparison: blocking keys, looked up in an index and never scanned.

A study is findable by ``index_keys`` and searches by ``search_keys``; the two differ only where a relation has a
direction (a derived object names its source), or a sketch or a likeness may arrive inverted.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import combinations

from pacs_dedup.domain.acquisitions.times import to_seconds
from pacs_dedup.domain.fingerprint import FrameFingerprint, InstanceFingerprint, StudyFingerprint
from pacs_dedup.domain.identifiers import BlockingKey, Digest, StudyInstanceUid
from pacs_dedup.domain.patients.identity import PatientIdentity
from pacs_dedup.domain.patients.keys import counted_keys, patient_keys, person_key

_SKETCHED_FRAMES = 8
"""Frames of a series that are findable by noise and likeness; evenly spread, so that a copy chooses the same ones."""
_BAND_BYTES = 2
_STACKED = frozenset({"CT", "MR", "PT"})
"""Modalities whose slices are so many, and whose copies other keys find so well, that turning costs no key."""
_SKETCH_KIND = "rsh"
_LIKENESS_KIND = "phash"
_HASH_DIGITS, _BAND_DIGITS = 16, 4
"""A perceptual hash is 64 bits; copies are looked up by pieces of it of 16 bits."""
_ALL_BUT_THE_FIRST = (1 << 63) - 1
"""What inversion flips: every coefficient but the first, which is the mean of the picture, changes its sign."""
_MIXER, _MIXED = 2_654_435_761, 1 << 32
"""Multiplicative hashing: the odd number nearest to 2**32 divided by the golden ratio, and the modulus."""
_BANDS_THAT_MEAN_SOMETHING = 3
"""Bands of 16 bits collide by chance once in 65,536; a copy shares many."""


def index_keys(study: StudyFingerprint) -> frozenset[BlockingKey]:
    """Return the keys under which a study can be found."""
    keys = set(_digest_keys(study)) | set(_acquisition_keys(study))
    keys |= {_key("sop", uid) for uid in study.by_sop_instance_uid}
    keys |= {_key("ref", uid) for i in study.instances for uid in i.referenced_sop_instance_uids}
    keys |= {key for sketch in _sketches(study) for key in _bands(sketch)}
    keys |= {key for likeness in _likenesses(study) for key in _likeness_keys(likeness)}
    keys.add(study_key(study.key.study_instance_uid))
    return frozenset(keys) | counted_keys(_named_patient(study))


def search_keys(study: StudyFingerprint) -> frozenset[BlockingKey]:
    """Return the keys by which a study's candidates are looked up."""
    keys = set(_digest_keys(study)) | set(_acquisition_keys(study))
    keys |= {_key("sop", uid) for uid in study.by_sop_instance_uid}
    keys |= {_key("ref", uid) for uid in study.by_sop_instance_uid}
    keys |= {_key("sop", uid) for i in study.instances for uid in i.referenced_sop_instance_uids}
    for instance in study.instances:
        keys |= {_key(kind, uid) for uid in instance.previous_uids for kind in ("sop", "study")}
    for sketch in _sketches(study):
        keys |= set(_bands(sketch)) | set(_bands(bytes(255 - byte for byte in sketch)))
    for likeness in _likenesses(study):
        inverted = f"{int(likeness, 16) ^ _ALL_BUT_THE_FIRST:0{_HASH_DIGITS}x}"
        keys |= set(_likeness_keys(likeness)) | set(_likeness_keys(inverted))
    keys.add(study_key(study.key.study_instance_uid))
    return frozenset(keys)


def digest_key(digest: Digest) -> BlockingKey:
    """Return the key of one frame or content digest, by which its frequency is counted too."""
    return _key("digest", digest)


def study_key(uid: StudyInstanceUid) -> BlockingKey:
    """Return the key of a Study Instance UID, by which everybody who sent that study is found."""
    return _key("study", uid)


def is_sketch_band(key: BlockingKey) -> bool:
    """Tell whether a key is a piece of a noise sketch, which two studies can share by chance."""
    return key.startswith(_SKETCH_KIND + ":")


def is_likeness(key: BlockingKey) -> bool:
    """Tell whether a key is of a perceptual hash, which pictures of one kind share too."""
    return key.startswith(_LIKENESS_KIND + ":")


def worth_comparing(shared: Collection[BlockingKey]) -> bool:
    """Tell whether shared keys call for a comparison: one is enough, but of sketch bands it takes several."""
    bands = sum(map(is_sketch_band, shared))
    return bands < len(shared) or bands >= _BANDS_THAT_MEAN_SOMETHING


def patient_group(study: StudyFingerprint) -> str:
    """Name the patient as far as counting different patients needs it; empty where the headers name nobody."""
    return person_key(_named_patient(study))


def _named_patient(study: StudyFingerprint) -> PatientIdentity:
    """Return the first patient whom a header names, nobody where none does."""
    return next((i.patient for i in study.instances if person_key(i.patient)), PatientIdentity())


def _key(kind: str, *values: object) -> BlockingKey:
    return BlockingKey(":".join((kind, *map(str, values))))


def _digest_keys(study: StudyFingerprint) -> Iterable[BlockingKey]:
    for instance in study.instances:
        if instance.content_digest is not None:
            yield digest_key(instance.content_digest)
        if instance.code_stream_digest is not None:
            yield digest_key(instance.code_stream_digest)
        for frame in instance.frames:
            yield digest_key(frame.stored_digest)
            if frame.value_digest is not None:
                yield digest_key(frame.value_digest)
            if frame.colour_digest is not None:
                yield digest_key(frame.colour_digest)
            if frame.orientation_digest is not None and instance.acquisition.modality not in _STACKED:
                yield _key("turned", frame.orientation_digest)


def _moment_keys(study: StudyFingerprint) -> Iterable[BlockingKey]:
    """Yield the first and the last second; without the scanner's number more would be shared by chance."""
    full = sorted(to_seconds(moment for i in study.instances for moment in i.acquisition.moments))
    yield from (_key("moment", time) for time in {*full[:1], *full[-1:]})


def _acquisition_keys(study: StudyFingerprint) -> Iterable[BlockingKey]:
    yield from _moment_keys(study)
    for instance in study.instances:
        acquired = instance.acquisition
        if acquired.device_serial:
            yield from (_key("acq", acquired.device_serial, second) for second in to_seconds(acquired.moments))
        yield from (_key("event", uid) for uid in acquired.event_uids)
    days = {(i.acquisition.study_date, i.patient) for i in study.instances if i.acquisition.study_date}
    yield from (_key("day", date, key) for date, patient in days for key in patient_keys(patient))


def _sketches(study: StudyFingerprint) -> Iterable[bytes]:
    """Yield the sketches by which a study can be found: of a few frames of each series, border kept and cut off."""
    for instances in _series(study):
        for frame in _findable(instances, lambda frame: frame.sketch is not None):
            yield from filter(None, (frame.sketch, frame.trimmed_sketch))


def _likenesses(study: StudyFingerprint) -> Iterable[str]:
    """Yield the perceptual hashes by which a study can be found; neighbouring slices of a stack are all alike."""
    for instances in _series(study):
        if instances[0].acquisition.modality not in _STACKED:
            chosen = _findable(instances, lambda frame: frame.perceptual_hash is not None)
            yield from filter(None, (frame.perceptual_hash for frame in chosen))


def _series(study: StudyFingerprint) -> Iterable[Sequence[InstanceFingerprint]]:
    series: dict[str, list[InstanceFingerprint]] = {}
    for instance in study.images:
        series.setdefault(instance.series_instance_uid, []).append(instance)
    return series.values()


def _findable(
    instances: Iterable[InstanceFingerprint], has_one: Callable[[FrameFingerprint], bool]
) -> Iterable[FrameFingerprint]:
    """Choose the frames of a series that a copy of a part of it, or of more than it, would choose too.

    Slices with places are drawn by a hash of their place, so that a missing slice does not move the others' draw;
    frames without places are spread evenly.
    """
    placed = [(i, f) for i in instances for f in i.frames if f.informative and has_one(f)]
    drawn = {_draw(i): f for i, f in reversed(placed) if _along(i) is not None}
    if drawn:
        return [drawn[lot] for lot in sorted(drawn)[:_SKETCHED_FRAMES]]
    frames = [f for _, f in sorted(placed, key=lambda couple: couple[0].acquisition.instance_number or 0)]
    step = max(1, len(frames) // _SKETCHED_FRAMES)
    return frames[step // 2 :: step][:_SKETCHED_FRAMES]


def _along(instance: InstanceFingerprint) -> float | None:
    geometry = instance.acquisition.geometry
    return geometry.along_normal if geometry is not None and len(instance.frames) == 1 else None


def _draw(instance: InstanceFingerprint) -> int:
    """Mix the place of a slice, in steps of 0.1 mm, into a number that says nothing of its order."""
    return (round((_along(instance) or 0.0) * 10) * _MIXER) % _MIXED


def _bands(sketch: bytes) -> Iterable[BlockingKey]:
    for start in range(0, len(sketch), _BAND_BYTES):
        yield _key(_SKETCH_KIND, start, sketch[start : start + _BAND_BYTES].hex())


def _likeness_keys(likeness: str) -> Iterable[BlockingKey]:
    """Yield a key for every two of the four pieces: it takes two of one frame, those of two frames never add up."""
    pieces = [(at, likeness[at : at + _BAND_DIGITS]) for at in range(0, _HASH_DIGITS, _BAND_DIGITS)]
    for (left, one), (right, other) in combinations(pieces, 2):
        yield _key(_LIKENESS_KIND, left, right, one + other)
