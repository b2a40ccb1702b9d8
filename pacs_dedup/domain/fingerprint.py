"""What is kept of an instance so that it can be compared for ever: digests, signatures, identity, acquisition."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from pacs_dedup.domain.acquisitions.facts import Acquisition
from pacs_dedup.domain.identifiers import (
    BlobId,
    Digest,
    SeriesInstanceUid,
    SopClassUid,
    SopInstanceUid,
    StudyInstanceUid,
    StudyKey,
    TransferSyntaxUid,
)
from pacs_dedup.domain.patients.identity import PatientIdentity

DIGEST_VERSION = "spd1.aid2.ori1.ovl1.prs3.csd2.dsd3.hdr2.cnt3.rsh2"
"""Versions of the digests, the reading of headers and the sketches below; stored with every verdict. A change of any
rule changes its number."""


class ContentKind(StrEnum):
    """What an instance is made of; decides which digest speaks for its content."""

    IMAGE = "image"
    STRUCTURED_REPORT = "structured_report"
    KEY_OBJECTS = "key_objects"
    PRESENTATION_STATE = "presentation_state"
    ENCAPSULATED_DOCUMENT = "encapsulated_document"
    WAVEFORM = "waveform"
    RADIOTHERAPY = "radiotherapy"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FrameFingerprint:
    """Exact digests and the perceptual signature of one frame.

    Attributes:
        stored_digest: SPD-1, over the canonical stored samples; equal for every lossless encoding of one frame.
        value_digest: AID-2, blind to integer affine rewriting, inversion and constant borders; None where a frame has
            too little content for it to mean anything.
        informative: False for blank, constant, low-entropy and template frames, which never drive a verdict.
        sketch: RSH-2, 64 bytes of signs of the noise residual, or None where there is no residual to speak of.
        trimmed_sketch: the same of the box that holds the picture; None where that box is the whole frame.
        orientation_digest: ORI-1, like the value digest and blind to the eight rotations and reflections too.
        polarity: 1 or -1 as a screen shows the values, relative to the value digest's own polarity; two frames of one
            value digest and opposite polarities are shown black for white. 0 where that can not be told.
        perceptual_hash: imagehash's pHash, 64 bits as 16 hexadecimal digits; for searching by likeness, no proof.
        colour_digest: SPD-1 of the colours (RGB of 8 bits) that a palette gives the stored indices; None without one.
        presentation_digest: PRS-3, where the frame is shown otherwise than the first of its instance, else None.
    """

    stored_digest: Digest
    value_digest: Digest | None
    informative: bool
    sketch: bytes | None = None
    perceptual_hash: str | None = None
    trimmed_sketch: bytes | None = None
    orientation_digest: Digest | None = None
    polarity: int = 0
    colour_digest: Digest | None = None
    presentation_digest: Digest | None = None

    @property
    def shown_digest(self) -> Digest:
        """Stored digest of the colours that a palette gives, or of the samples where there is no palette."""
        return self.colour_digest or self.stored_digest


@dataclass(frozen=True, slots=True)
class Rendition:
    """How the pixels are carried: what makes one version of an image better than another.

    Attributes:
        rows, columns: (0028,0010), (0028,0011), in pixels.
        bits_stored: (0028,0101), whatever the code stream says; see ``disputed``.
        samples_per_pixel: (0028,0002).
        photometric_interpretation: (0028,0004).
        lossy: the transfer syntax is lossy, or LossyImageCompression (0028,2110) says the pixels once were.
        decoder: family and version of what decoded the pixels; soft digests depend on it.
        soft: the stored digest hangs on the decoder (lossy code stream), so a difference is no evidence.
        disputed: the code stream gives another sign or another number of bits than the header.
    """

    rows: int
    columns: int
    bits_stored: int
    samples_per_pixel: int
    photometric_interpretation: str
    lossy: bool
    decoder: str
    soft: bool = False
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class InstanceFingerprint:
    """Everything a comparison needs of one instance; small enough to be kept for ever, pixels not included.

    Attributes:
        blob_id: the bytes that this was computed from.
        dataset_digest: DSD-1, over all elements except the volatile ones; equal means the same object again.
        content_digest: CNT-3, UID-agnostic, over the content of an object without pixels, and over pixels and meaning
            of a segmentation or a dose; None for images whose pixels say all.
        presentation_digest: PRS-3, how the stored values of the first frame become grey levels on a screen.
        overlay_digest: OVL-1, None where there is no overlay.
        code_stream_digest: CSD-2 over the compressed frames of a lossy image or a video, without remarks in them, else
            None; hangs on no decoder.
        referenced_sop_instance_uids: sources that this object names (source images, evidence, conversions), first those
            of its content in their order: the content digest numbers UIDs, and here is what the numbers stand for.
        previous_uids: UIDs that Original Attributes say this object had before.
        quality_control: the header says that a phantom or a test object was imaged, or nobody.
        unreadable: why pixels or content could not be digested, without patient data; None when all went well.
        digest_version: of the rules that this was computed by.
    """

    blob_id: BlobId
    study_instance_uid: StudyInstanceUid
    series_instance_uid: SeriesInstanceUid
    sop_instance_uid: SopInstanceUid
    sop_class_uid: SopClassUid
    transfer_syntax_uid: TransferSyntaxUid
    content: ContentKind
    patient: PatientIdentity
    acquisition: Acquisition
    dataset_digest: Digest
    frames: tuple[FrameFingerprint, ...] = ()
    content_digest: Digest | None = None
    presentation_digest: Digest | None = None
    overlay_digest: Digest | None = None
    code_stream_digest: Digest | None = None
    rendition: Rendition | None = None
    referenced_sop_instance_uids: tuple[SopInstanceUid, ...] = ()
    previous_uids: tuple[str, ...] = ()
    unreadable: str | None = None
    quality_control: bool = False
    digest_version: str = DIGEST_VERSION


@dataclass(frozen=True)
class StudyFingerprint:
    """The instances of one study from one source, up to and with one generation.

    Not slotted: derived multisets are computed once, on first use.
    """

    key: StudyKey
    generation: int
    instances: tuple[InstanceFingerprint, ...]

    @cached_property
    def stored_digests(self) -> Counter[Digest]:
        """Multiset of the stored digests of all informative frames."""
        return Counter(f.stored_digest for f in self.informative_frames)

    @cached_property
    def informative_frames(self) -> tuple[FrameFingerprint, ...]:
        """Every frame that may speak in a verdict, in order of the instances."""
        return tuple(f for i in self.instances for f in i.frames if f.informative)

    @cached_property
    def by_sop_instance_uid(self) -> dict[SopInstanceUid, tuple[InstanceFingerprint, ...]]:
        """Instances under each SOP Instance UID; more than one where a UID was sent with different bytes."""
        return _group(self.instances)

    @property
    def images(self) -> tuple[InstanceFingerprint, ...]:
        """Instances that carry pixels, readable or not."""
        return tuple(i for i in self.instances if i.content is ContentKind.IMAGE)


def _group(
    instances: Iterable[InstanceFingerprint],
) -> dict[SopInstanceUid, tuple[InstanceFingerprint, ...]]:
    groups: dict[SopInstanceUid, list[InstanceFingerprint]] = {}
    for instance in instances:
        groups.setdefault(instance.sop_instance_uid, []).append(instance)
    return {uid: tuple(members) for uid, members in groups.items()}
