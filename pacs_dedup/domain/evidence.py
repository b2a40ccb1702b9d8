"""Evidence: one `Comparison` per fact, each with its match weight, and what they amount to.

Weights are in bits: log2 of how much likelier the finding is for copies of one acquisition than for two studies of one
patient. They add up, group by group, and each group is capped, because facts of one group depend on each other.
"""

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """Facts that depend on each other share a group, and its cap."""

    PIXELS = "pixels"
    UIDS = "uids"
    TIME = "time"
    DEVICE = "device"
    GEOMETRY = "geometry"
    EXPOSURE = "exposure"
    TEXT = "text"
    ORDER = "order"
    STRUCTURE = "structure"
    PATIENT = "patient"


class Fact(StrEnum):
    """What was compared."""

    FRAME_DIGESTS = "frame_digests"
    VALUE_DIGESTS = "value_digests"
    RESIDUAL_NOISE = "residual_noise"
    UNINFORMATIVE_FRAMES = "uninformative_frames"
    ORIENTATION = "orientation"
    PRESENTATION = "presentation"
    OVERLAYS = "overlays"
    CONTENT_DIGESTS = "content_digests"
    UNREADABLE = "unreadable"
    STUDY_INSTANCE_UID = "study_instance_uid"
    SOP_INSTANCE_UIDS = "sop_instance_uids"
    SOURCE_REFERENCES = "source_references"
    EVENT_UIDS = "event_uids"
    ACQUISITION_TIME = "acquisition_time"
    ACQUISITION_FRACTIONS = "acquisition_fractions"
    DEVICE = "device"
    STATION = "station"
    GEOMETRY = "geometry"
    FRAME_OF_REFERENCE = "frame_of_reference"
    EXPOSURE = "exposure"
    KERNEL = "kernel"
    PROCEDURE = "procedure"
    DESCRIPTION = "description"
    BODY_PART = "body_part"
    ACCESSION_NUMBER = "accession_number"
    MODALITY = "modality"
    EXTENT = "extent"
    PATIENT_ID = "patient_id"
    PATIENT_NAME = "patient_name"
    BIRTH_DATE = "birth_date"
    SEX = "sex"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fact, compared.

    Attributes:
        level: the comparison level reached, for example ``exact``, ``near``, ``differs``, ``not_comparable``.
        weight_bits: for (+) or against (-) "copy of one acquisition"; 0 where the fact could not be compared.
        incoming, prior: what each side says, for a reviewer (may be patient data: database and report only).
        sentence: the finding in plain words, without patient data.
    """

    fact: Fact
    group: Group
    level: str
    weight_bits: float
    sentence: str
    incoming: str = ""
    prior: str = ""


class PatientTier(StrEnum):
    """How sure the two headers make it that the patient is the same.

    CONFLICT contradicts itself (one strong identifier, two people's details, or the reverse) and is never resolved by
    the machine. UNKNOWN: nothing could be compared.
    """

    SAME = "same"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    DIFFERENT = "different"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the items of two studies cover each other; an item is a readable image frame or a non-pixel object.

    Attributes:
        incoming, prior: informative frames plus content objects on each side.
        exact: items of the incoming study whose stored digest (or content digest) the prior has, as multisets.
        value: further frames equal only by value digest.
        verified: further frames that pixel verification calls copies (same noise), estimated from the looks.
        turned: further frames that are equal once one is rotated or reflected; they do not count as matched.
        uninformative: equal frames that do not count.
        new_uninformative: incoming frames that do not count and that the prior lacks.
        renewed: matched items whose incoming SOP Instance UID the prior lacks.
        images_matched: how many of the matched items are image frames.
        new_content: incoming non-pixel objects whose content the prior lacks.
        prior_only_content: the same the other way.
        unreadable_incoming, unreadable_prior: instances that could not be digested.
        tried: frame pairs whose pixels were looked at; of these
        confirmed: are copies: they showed the same noise, or
        settled: too little of it was left, and the picture and what the headers say of its moment settled it,
        sketched: had pixels that are no longer held, and sketches of the same noise,
        rejected: showed other noise: another acquisition,
        reconstructed: showed the same noise shaped differently: another reconstruction. The rest stayed undecided,
        silent: because so little carries grey levels that nothing could be told either way.
    """

    incoming: int = 0
    prior: int = 0
    exact: int = 0
    value: int = 0
    verified: int = 0
    uninformative: int = 0
    new_content: int = 0
    prior_only_content: int = 0
    unreadable_incoming: int = 0
    unreadable_prior: int = 0
    images_matched: int = 0
    tried: int = 0
    confirmed: int = 0
    rejected: int = 0
    reconstructed: int = 0
    new_uninformative: int = 0
    renewed: int = 0
    turned: int = 0
    sketched: int = 0
    silent: int = 0
    settled: int = 0

    @property
    def matched(self) -> int:
        """Items of one side that have a partner on the other."""
        return self.exact + self.value + self.verified

    @property
    def unclear(self) -> int:
        """Looks that gave no answer."""
        return self.tried - self.confirmed - self.sketched - self.rejected - self.reconstructed

    @property
    def incoming_share(self) -> float:
        """Matched share of the incoming study, 0..1; 0 where it has no item that could match."""
        return self.matched / self.incoming if self.incoming else 0.0

    @property
    def prior_share(self) -> float:
        """Matched share of the prior study, 0..1."""
        return self.matched / self.prior if self.prior else 0.0


@dataclass(frozen=True, slots=True)
class SopFindings:
    """What happened under SOP Instance UIDs that both studies have (counts of UIDs).

    Attributes:
        shared: UIDs on both sides.
        identical: the same bytes, or equal data-set digests.
        transcoded: equal pixels and equal elements, another transfer syntax.
        corrected: equal pixels, other elements.
        lossy_twin: pixels differ, and loss of compression accounts for it.
        unsettled: pixels differ, and no look could tell whether loss of compression accounts for it.
        conflicting: pixels or content differ and nothing accounts for it; of these
        refuted: only looks said so, of pixels of which one side lost some to compression,
        objects: concern content, not pixels: an object without pixels, or what equal pixels mean.
        not_comparable: one side could not be digested, or was by other rules.
    """

    shared: int = 0
    identical: int = 0
    transcoded: int = 0
    corrected: int = 0
    lossy_twin: int = 0
    conflicting: int = 0
    not_comparable: int = 0
    unsettled: int = 0
    refuted: int = 0
    objects: int = 0


@dataclass(frozen=True, slots=True)
class InstanceCounts:
    """What the prior has of each incoming instance (``a``), and how many only the prior has (``b``).

    Attributes:
        identical: its stored pixels, or its content, in the same encoding.
        re_encoded: its pixels or values, encoded or written otherwise.
        near: the same acquisition with altered pixels.
        different: another picture under its SOP Instance UID, or only some of its frames.
        only_in_a: nothing of it.
        only_in_b: prior instances of which the incoming study has nothing.
    """

    identical: int = 0
    re_encoded: int = 0
    near: int = 0
    different: int = 0
    only_in_a: int = 0
    only_in_b: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that speaks for and against two studies being copies of one acquisition.

    Attributes:
        instances: how the instances correspond; ``a`` is the incoming study.
        incoming_instances, prior_instances: counts, after counting every SOP Instance UID once.
        same_source: both came from one calling AE title.
        quality_control: a header says that a phantom or a test object was imaged, or nobody.
        patient_model: the weights by which the patients were compared, by name and digest.
        patient_vetoes: why nothing may be held back on the strength of that comparison.
        total_bits: sum of all groups but PATIENT, each capped.
        patient_bits: sum for "one patient", on a scale of its own.
        better: ``incoming``, ``prior`` or ``equal``: which side carries more (lossless, depth, matrix, completeness).
    """

    comparisons: tuple[Comparison, ...]
    coverage: Coverage
    sop: SopFindings
    patient_tier: PatientTier
    instances: InstanceCounts = InstanceCounts()
    incoming_instances: int = 0
    prior_instances: int = 0
    same_source: bool = False
    quality_control: bool = False
    patient_model: str = ""
    patient_vetoes: tuple[str, ...] = ()
    total_bits: float = 0.0
    patient_bits: float = 0.0
    better: str = "equal"

    def of(self, fact: Fact) -> Comparison | None:
        """The comparison of one fact, None where it was not made."""
        return next((c for c in self.comparisons if c.fact is fact), None)

    def level(self, fact: Fact) -> str:
        """The level one fact reached; empty where it was not compared."""
        found = self.of(fact)
        return found.level if found else ""
