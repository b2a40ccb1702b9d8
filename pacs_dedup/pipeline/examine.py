"""One DICOM file -> its fingerprint. Runs where a codec may crash: in a process of its own."""

from dataclasses import dataclass, replace
from pathlib import Path

from pacs_dedup.dicom.code_stream_digest import code_stream_digest
from pacs_dedup.dicom.content_digest import annotated_content_digest, content_digest
from pacs_dedup.dicom.dataset_digest import dataset_digest, frames_digest, raw_pixel_digest
from pacs_dedup.dicom.decode_pixels import DecodedFrame, decode_frames
from pacs_dedup.dicom.open_dataset import DicomDataset, open_dataset
from pacs_dedup.dicom.overlay_digest import overlay_digest
from pacs_dedup.dicom.presentation_digest import frame_presentation_digests, presentation_digest
from pacs_dedup.dicom.read_instance import InstanceHeader, read_instance
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.fingerprint import ContentKind, FrameFingerprint, InstanceFingerprint, Rendition
from pacs_dedup.domain.identifiers import BlobId, Digest
from pacs_dedup.domain.patients.identity import NO_DEFAULTS, SenderDefaults
from pacs_dedup.pipeline.header_only import fingerprint_of_header
from pacs_dedup.pixels.digest import form_digest, orientation_digest, stored_digest
from pacs_dedup.pixels.grey import grey_frame
from pacs_dedup.pixels.informative import is_informative
from pacs_dedup.pixels.normal_form import NormalForm, normal_form
from pacs_dedup.pixels.residual import residual_sketch, trimmed_sketch
from pacs_dedup.pixels.signature import perceptual_hash
from pacs_dedup.pixels.statistics import Histogram


def examine(path: Path, blob_id: BlobId, defaults: SenderDefaults = NO_DEFAULTS) -> InstanceFingerprint:
    """Fingerprint one file.

    Pixels or content that can not be digested leave a fingerprint whose ``unreadable`` gives the cause.

    Args:
        path: where the blob's bytes are.
        blob_id: their name, kept in the fingerprint.
        defaults: what the site knows of the sender where the header does not say.

    Raises:
        Unreadable: not DICOM, or without valid Study, Series and SOP Instance UID.
        BlobMissing: there is no such file.
    """
    dataset = open_dataset(path)
    header = read_instance(dataset, defaults)
    pixels = _examine_pixels(dataset, header) if header.content is ContentKind.IMAGE else _NO_PIXELS
    content, unreadable = _examine_content(dataset, header.content, pixels.identity)
    return replace(
        fingerprint_of_header(header, blob_id, dataset_digest(dataset, pixels.identity)),
        frames=pixels.frames,
        content_digest=content,
        presentation_digest=pixels.presentation,
        overlay_digest=pixels.overlay,
        code_stream_digest=pixels.code_stream,
        rendition=pixels.rendition,
        unreadable=pixels.unreadable or unreadable,
    )


@dataclass(frozen=True, slots=True)
class _Pixels:
    """What the pixels of one instance gave; ``identity`` stands for them in the data-set digest."""

    identity: str = ""
    frames: tuple[FrameFingerprint, ...] = ()
    rendition: Rendition | None = None
    presentation: Digest | None = None
    overlay: Digest | None = None
    code_stream: Digest | None = None
    unreadable: str | None = None


_NO_PIXELS = _Pixels()


def _examine_pixels(dataset: DicomDataset, header: InstanceHeader) -> _Pixels:
    presentation, overlay = presentation_digest(dataset), overlay_digest(dataset)
    try:
        code_stream = code_stream_digest(dataset)
    except Unreadable:
        code_stream = None
    try:
        frames, rendition = _examine_frames(dataset, header)
    except Unreadable as error:
        identity = code_stream or raw_pixel_digest(dataset)
        return _Pixels(identity, (), None, presentation, overlay, code_stream, str(error))
    identity = frames_digest(frame.stored_digest for frame in frames)
    return _Pixels(identity, frames, rendition, presentation, overlay, code_stream)


def _examine_frames(
    dataset: DicomDataset, header: InstanceHeader
) -> tuple[tuple[FrameFingerprint, ...], Rendition | None]:
    frames, rendition = [], None
    for decoded in decode_frames(dataset):
        frames.append(_fingerprint(decoded, header))
        rendition = rendition or _rendition(decoded)
    shown = frame_presentation_digests(dataset, len(frames))
    return tuple(replace(f, presentation_digest=d) for f, d in zip(frames, shown, strict=True)), rendition


def _fingerprint(decoded: DecodedFrame, header: InstanceHeader) -> FrameFingerprint:
    values = decoded.array if decoded.rgb is None else decoded.rgb
    histogram = Histogram.of(values)
    form = normal_form(values, histogram)
    exact = FrameFingerprint(
        stored_digest=stored_digest(decoded.array, decoded.photometric_interpretation),
        value_digest=None if form is None else form_digest(form),
        informative=is_informative(values, header.acquisition.image_type, header.acquisition.modality, histogram),
        orientation_digest=None if form is None else orientation_digest(form),
        polarity=0 if form is None else _shown_polarity(form, decoded.photometric_interpretation),
        colour_digest=None if decoded.rgb is None else stored_digest(decoded.rgb, "RGB"),
    )
    if not exact.informative:
        return exact
    grey = grey_frame(decoded.array, decoded.photometric_interpretation, decoded.padding, decoded.rgb)
    return replace(
        exact,
        sketch=residual_sketch(grey),
        trimmed_sketch=trimmed_sketch(grey),
        perceptual_hash=perceptual_hash(grey),
    )


def _shown_polarity(form: NormalForm, photometric_interpretation: str) -> int:
    return -form.polarity if photometric_interpretation == "MONOCHROME1" else form.polarity


def _rendition(decoded: DecodedFrame) -> Rendition:
    shape = decoded.array.shape
    return Rendition(
        rows=shape[0],
        columns=shape[1],
        bits_stored=decoded.bits_stored,
        samples_per_pixel=(*shape, 1)[2],
        photometric_interpretation=decoded.photometric_interpretation,
        lossy=decoded.lossy,
        decoder=decoded.decoder,
        soft=decoded.soft,
        disputed=decoded.disputed,
    )


def _examine_content(dataset: DicomDataset, kind: ContentKind, pixels: str) -> tuple[Digest | None, str | None]:
    try:
        if kind is ContentKind.IMAGE:
            return annotated_content_digest(dataset, pixels), None
        return content_digest(dataset, kind), None
    except Unreadable as error:
        return None, str(error)
