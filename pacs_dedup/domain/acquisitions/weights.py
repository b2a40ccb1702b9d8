"""How much each finding about an acquisition weighs: the one table of match weights, and what it says in words.

A weight is log2(m / u): m is the share of copies of one acquisition in which the finding is made, u the share among
other pairs of studies of one patient and one modality, which look alike already. Where both are given the bits follow
from them; the others are estimates that a site's own pairs should replace. Of one fact the levels stand strongest
first, and no level weighs less than the next.
"""

from dataclasses import dataclass
from typing import Final

from pacs_dedup.domain.evidence import Comparison, Fact, Group

MISSING: Final = "missing"
_NOT_COMPARABLE: Final = "this is missing on one side and was not compared"


@dataclass(frozen=True, slots=True)
class Weight:
    """One level of one fact.

    Attributes:
        group: whose cap holds for it.
        bits: added where the level is reached.
        m, u: shares among copies and among other pairs, 0..1; None where nobody has counted or estimated them.
    """

    group: Group
    bits: float
    sentence: str
    m: float | None = None
    u: float | None = None


WEIGHTS: Final[dict[Fact, dict[str, Weight]]] = {
    Fact.MODALITY: {
        "equal": Weight(Group.STRUCTURE, 0.0, "the modality is the same"),
        "converted": Weight(Group.STRUCTURE, 0.0, "one side is a secondary capture, which any modality can become"),
        "differs": Weight(Group.STRUCTURE, -7.0, "the modality differs"),
    },
    Fact.EVENT_UIDS: {
        "shared": Weight(Group.TIME, 15.9, "both name the same irradiation event or acquisition", 0.6, 1e-5),
        "differs": Weight(Group.TIME, -1.3, "they name different irradiation events or acquisitions", 0.4, 1.0),
    },
    Fact.ACQUISITION_TIME: {
        "equal": Weight(Group.TIME, 13.0, "the acquisition times are the same to the second", 0.85, 1e-4),
        "shifted": Weight(Group.TIME, 6.0, "the acquisition times differ by a constant time-zone step", 0.02, 3e-4),
        "shifted_days": Weight(
            Group.TIME, 2.0, "the acquisition times differ by whole days, all by the same, as after de-identification"
        ),
        "same_day_other_extent": Weight(Group.TIME, 0.0, "they were acquired on one day, with other series"),
        "other_day": Weight(Group.TIME, -7.0, "they were acquired on different days"),
        "same_day": Weight(Group.TIME, -8.0, "they were acquired on one day at different times"),
    },
    Fact.ACQUISITION_FRACTIONS: {
        "equal": Weight(Group.TIME, 3.0, "the acquisition times are the same to the fraction of a second"),
        "differs": Weight(Group.TIME, 0.0, "the fractions of a second differ, or were rewritten"),
    },
    Fact.DEVICE: {
        "serial_equal": Weight(Group.DEVICE, 5.0, "the scanner's serial number is the same"),
        "model_equal": Weight(Group.DEVICE, 2.0, "the scanner's model is the same"),
        "differs": Weight(Group.DEVICE, -6.0, "the scanners differ"),
    },
    Fact.STATION: {
        "equal": Weight(Group.DEVICE, 2.0, "the station is the same"),
        "differs": Weight(Group.DEVICE, 0.0, "the stations differ, as after a transfer"),
    },
    Fact.GEOMETRY: {
        "equal": Weight(Group.GEOMETRY, 12.0, "every slice lies at the same place"),
        "contained": Weight(Group.GEOMETRY, 8.0, "the slices of one study are among those of the other"),
        "same_field": Weight(Group.GEOMETRY, 2.0, "the field of view is the same, sampled with another matrix"),
        "same_matrix": Weight(
            Group.GEOMETRY, 1.0, "matrix and spacing are the same; no positions to compare", 0.9, 0.45
        ),
        "overlaps": Weight(Group.GEOMETRY, 0.0, "some slices lie at the same places"),
        "other_matrix": Weight(Group.GEOMETRY, -2.0, "matrix or spacing differ; no positions to compare", 0.1, 0.4),
        "differs": Weight(Group.GEOMETRY, -5.0, "slice positions, matrix or spacing differ"),
    },
    Fact.FRAME_OF_REFERENCE: {
        "equal": Weight(Group.GEOMETRY, 4.0, "the Frame of Reference UID is the same"),
        "differs": Weight(Group.GEOMETRY, 0.0, "the Frame of Reference UIDs differ, as after re-rooting"),
    },
    Fact.EXPOSURE: {
        "equal_vector": Weight(
            Group.GEOMETRY, 8.0, "exposure or sequence parameters vary from image to image, on both sides alike"
        ),
        "equal": Weight(Group.GEOMETRY, 1.6, "exposure or sequence parameters are the same", 0.9, 0.3),
        "differs": Weight(Group.GEOMETRY, -2.8, "exposure or sequence parameters differ", 0.1, 0.7),
    },
    Fact.KERNEL: {
        "equal": Weight(Group.EXPOSURE, 0.0, "the reconstruction is the same as far as the headers tell"),
        "differs": Weight(Group.EXPOSURE, -2.0, "the reconstruction kernel, slice thickness or processing differs"),
    },
    Fact.PROCEDURE: {
        "code_equal": Weight(Group.TEXT, 4.0, "the procedure codes are the same"),
        "equal": Weight(Group.TEXT, 2.0, "the study descriptions say the same"),
        "differs": Weight(Group.TEXT, 0.0, "the study descriptions differ, as after a transfer"),
    },
    Fact.DESCRIPTION: {
        "equal": Weight(Group.TEXT, 3.0, "the series descriptions are the same"),
        "differs": Weight(Group.TEXT, 0.0, "the series descriptions differ, as after a transfer"),
    },
    Fact.BODY_PART: {
        "equal": Weight(Group.TEXT, 0.0, "the body part is the same"),
        "differs": Weight(Group.TEXT, -3.0, "the body parts differ"),
    },
    Fact.ACCESSION_NUMBER: {
        "equal_issuer": Weight(Group.ORDER, 12.0, "the accession number is the same, of one issuer"),
        "equal": Weight(Group.ORDER, 6.0, "the accession number is the same"),
        "differs": Weight(Group.ORDER, 0.0, "the accession numbers differ, as after a transfer"),
    },
    Fact.EXTENT: {
        "equal": Weight(Group.STRUCTURE, 2.0, "there are as many series, of as many images", 0.8, 0.2),
        "contained": Weight(Group.STRUCTURE, 1.0, "some series are missing on one side, the others are as long"),
        "few": Weight(Group.STRUCTURE, 0.0, "there are too few images for their number to tell"),
        "differs": Weight(Group.STRUCTURE, -2.0, "the series have other numbers of images", 0.2, 0.8),
    },
}


def weighed(fact: Fact, level: str, incoming: str, prior: str) -> Comparison:
    """Return a finding with its weight; a missing fact weighs nothing.

    Args:
        fact: what was compared.
        level: of the table, or `MISSING`.
        incoming: what the incoming side says, in few words.
        prior: what the prior one says.
    """
    if level == MISSING:
        group = next(iter(WEIGHTS[fact].values())).group
        return Comparison(fact, group, level, 0.0, _NOT_COMPARABLE, incoming, prior)
    weight = WEIGHTS[fact][level]
    return Comparison(fact, weight.group, level, weight.bits, weight.sentence, incoming, prior)
