"""Tiny frames built in, one for each lossless decoder: do the codecs of this machine give what they must?"""

from base64 import b85decode
from collections.abc import Mapping
from typing import Final

import numpy as np
from pydicom import uid

from pacs_dedup.dicom.code_streams import decode_code_stream
from pacs_dedup.dicom.pixel_description import PixelDescription, PixelElement
from pacs_dedup.domain.errors import Unreadable

_SIDE, _STEP, _BITS = 8, 37, 12
_DESCRIPTION: Final = PixelDescription(
    PixelElement.INTEGER, _SIDE, _SIDE, 1, 1, 16, _BITS, _BITS - 1, signed=False, planar=False,
    photometric_interpretation="MONOCHROME2",
)  # fmt: skip
_FRAMES: Final[Mapping[str, str]] = {
    uid.RLELossless: (
        "0ssI2KmY&$U;qFB00000000000000000000000000000000000000000000000000000000000000000`Tzg{`vLy~`~v<1{R903{sjC"
        "5{{{O700#O8`Un6C2LL5XZ<M*-0|zKga+kc}1}g_pb(+8A2`*Cyc%8!M3^7)F2cX634>VbRqX)?C5;t6drppKL6*^ypsm}8U7(HT#tkL"
        "!x"
    ),
    uid.JPEGLosslessSV1: (
        "|JeWF01!$>Nk#wx0RR9200961|HA+a5C8}O2mt{R0RO}Q761VO0RR910000000000000IF5dYc$2mt{A0RRBWQl(0jDq2vLDpaXbrKJf"
        "{rAn15T2PfLRH;&>r3q4{N|h>FP?aiFsZyn-2~wp>l`2|Ll`2%JQl<ad"
    ),
    uid.JPEGLossless: (
        "|JeWF01!$>Nk#wx0RR9200961|HA+a5C8}O2mt{R0RO}Q7XSeP0RaF20000000000000OE2@wC<00;pA00sa6>RMV_T3T9NC`u&~iA17"
        "NDWwTSqERT6N+mR*D3nSi5{X2nlqC|0M50kBl+uKvQ7Dv3B@&uYlu9KMiA17PN)m}gqERT6N`L>^"
    ),
    uid.JPEGLSLossless: (
        "|JeWN03cIPNk&Eh0ssI300008000083J?YX0003j0003j|L6b+00001|JeWc01FTR2mlBH0TBTI_y7$7|Nj6I07C&306_oR00;pA0000"
        "0qD)DNF&;&b=s7|qM2Q+ip->`LP@hjHQ;Tazk&~>fE2}E1By5>YNku_DJt8Ej%T}ydu|i1|t5m5{r2!*SrAn0w6X5^Z"
    ),
    uid.JPEG2000Lossless: (
        "|4;u>04V?f0000800008000000000000008000080000000000009pH0sm3}3;+NC0RR951ONg5TmS?>fd6CwB>(|Ka%Ew3Wn>^?c_2@"
        "4Wo}APMMofZWpZ<AZ*CwmE;TMR|BwI*000000Db@g|C8VNlVB1nXBLl-p@J9|Qu2E^Mh(qg<NYn>B%*7vkE?5(=G=nDlu>4dDQlQLMj%"
        "G`3ak5Z*e2s$`WF3v7K5ji#h}tA_q-YYX(4`YCx!@HsCrHCmLa%rRyPsh#2N0Bt@X6JwwH$uhQnd7*lYjU"
    ),
    uid.HTJ2KLossless: (
        "|4;u>04YEK0000800008000000000000008000080000000000009pH0sl|{2mk^A000XAQUDA90ssL31q1{@0smY86Cj9?kdTm&kdTm"
        "&kdTmwh=~7W02crOPjF>!N>E53R%LP^FfKASE;BCwkN^q*00000SpWh5lfVEb4f+KKbN~PVzyK1!022UE0f%$|jQRrybO68r6F>kHfF#"
        "lZ0(1Z}mFWPZQ~<yLDj)zAU<iUBs&ImJ08Tn_;^e?W0qnK_|Je"
    ),
}
"""An image of 8 by 8 pixels of 12 bits, the multiples of 37, in base 85."""


def try_decoders() -> dict[str, str]:
    """Decode each frame; return what is wrong, by the keyword of the transfer syntax, and nothing for what is right.

    Codecs can crash: run it in a process of its own.
    """
    expected = np.arange(_SIDE * _SIDE).reshape(_SIDE, _SIDE) * _STEP % (1 << _BITS)
    return {uid.UID(syntax).keyword: _wrong(b85decode(text), syntax, expected) for syntax, text in _FRAMES.items()}


def _wrong(frame: bytes, syntax: str, expected: "np.typing.NDArray[np.int64]") -> str:
    try:
        values = decode_code_stream(frame, syntax, _DESCRIPTION).values
    except Unreadable as error:
        return str(error)
    return "" if np.array_equal(np.reshape(values, expected.shape), expected) else "other pixels than were encoded"
