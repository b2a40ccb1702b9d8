"""What looking at two frames' pixels side by side can say, in numbers."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What of two frames is compared."""

    WHOLE = "whole"
    PARTS = "parts"
    """Where the whole frames are no copies, a part of one that the other may show; takes ten times as long or more."""


class Fidelity(StrEnum):
    """How closely a copy could follow its original, by what the headers say and by the sizes."""

    EXACT = "exact"
    RESAMPLED = "resampled"
    LOSSY = "lossy"


@dataclass(frozen=True, slots=True)
class FrameVerification:
    """Result of comparing the pixels of two frames after a monotone intensity fit.

    Attributes:
        correlation: Pearson correlation of the band-passed residuals ("mf", 1-2.5 px), -1..1: near 1 for the same
            noise, near 0 for another acquisition of the same anatomy.
        likeness: normalised cross-correlation of the fitted intensities where they could be compared, -1..1.
        noise_ratio: standard deviation of the difference over that of the noise ("RNR"); copies stay below about 1.5.
        live_pixels: pixels that could be compared.
        inverted: the fit was decreasing.
        fine_correlation: the same as ``correlation`` in the finest band ("hf", up to 1 px), -1..1.
        energy_ratio: log2 of the energy of the first frame's finest band over the second's; far from 0 where one was
            smoothed or sharpened.
        region: the part of the larger frame that the other one shows, as (top, left, height, width) in shares of it;
            None where both show the same field of view. Set for crops, borders and screen captures.
        fidelity: lossy where either was ever compressed with loss, resampled where the sizes differ, exact elsewhere.
        unexplained_share: share of pixels that miss the fitted grey curve by more than one grey level; of a copy at
            ``exact`` fidelity next to none.
        outlier_share: share of 8x8 blocks that disagree locally: burnt-in text, marks.
        thin: so few pixels carry grey levels that what they say of noise proves nothing without the clock.
        overall: likeness of the whole frames, saturated ends included and marks left out, -1..1.
        changed: by how much the means of an 8x8 block differ at most, in shares of the fitted range: what was painted
            in or out, however smooth. Brighter or darker than the fitted curve reaches is no difference.
        refused: why there was too little to compare; empty when the figures hold. Where pixels were compared at all,
            `overall`, `outlier_share` and `changed` still hold.
    """

    correlation: float = 0.0
    likeness: float = 0.0
    noise_ratio: float = 0.0
    live_pixels: int = 0
    inverted: bool = False
    outlier_share: float = 0.0
    refused: str = ""
    fine_correlation: float = 0.0
    energy_ratio: float = 0.0
    region: tuple[float, float, float, float] | None = None
    fidelity: Fidelity = Fidelity.LOSSY
    unexplained_share: float = 1.0
    thin: bool = False
    overall: float = 0.0
    changed: float = 0.0

    @property
    def compared(self) -> bool:
        """Whether pixels were compared at all, though there may have been too few to tell anything of noise."""
        return not self.refused or self.overall != 0
