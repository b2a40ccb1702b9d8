"""New UIDs with references kept, and the marks that the standard asks for on derived images."""

import random
from collections.abc import Callable, Iterator

from pydicom import DataElement, Dataset
from pydicom.uid import UID

from benchmarks.simulator.model import Study, set_syntax, syntax_of
from dicom_samples.maker.people import make_uid

UidMap = Callable[[str], str]
_STANDARD_ROOT = "1.2.840.10008."
_MARKED = "01"


def uid_map(generator: random.Random) -> UidMap:
    """Return a mapping that gives every UID one new value, the same each time it is asked for."""
    salt = generator.getrandbits(64)
    return lambda uid: make_uid("simulated", salt, uid)


def instance_uids(study: Study) -> frozenset[str]:
    """Collect the Study, Series and SOP Instance UIDs of a study."""
    keywords = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
    return frozenset(str(dataset[k].value) for dataset in study for k in keywords if k in dataset)


def map_uids(dataset: Dataset, wanted: Callable[[str], bool], mapping: UidMap) -> None:
    """Replace UIDs wherever they stand, sequences included; UIDs that the standard defines stay."""
    for element in _uid_elements(dataset):
        values = element.value if element.VM > 1 else [element.value]
        mapped = [UID(mapping(v)) if v and not v.startswith(_STANDARD_ROOT) and wanted(v) else v for v in values]
        element.value = mapped if element.VM > 1 else mapped[0]
    set_syntax(dataset, syntax_of(dataset))


def _uid_elements(dataset: Dataset) -> Iterator[DataElement]:
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                yield from _uid_elements(item)
        elif element.VR == "UI" and element.value:
            yield element


def renew_instances(study: Study, generator: random.Random) -> None:
    """Give every instance of a study a new SOP Instance UID and its series a new Series Instance UID, in place."""
    mapping = uid_map(generator)
    old = {str(d.SOPInstanceUID) for d in study} | {str(d.get("SeriesInstanceUID", "")) for d in study}
    for dataset in study:
        map_uids(dataset, old.__contains__, mapping)


def mark_derived(study: Study, description: str, generator: random.Random, *, name_source: bool = False) -> None:
    """Mark a study as derived: Image Type value 1, Derivation Description, new UIDs.

    PS3.3 C.7.6.1.1.2 (Image Type), C.12.4.1.1 (a derived image has a SOP Instance UID of its own).

    Args:
        name_source: say in Source Image Sequence what it was made of. That is optional: compressors do it, exports and
            conversions seldom do, and a reference would make them too easy to find.
    """
    sources = [(d.SOPClassUID, d.SOPInstanceUID) for d in study]
    renew_instances(study, generator)
    for dataset, (sop_class, uid) in zip(study, sources, strict=True):
        dataset.ImageType = ["DERIVED", *_image_type(dataset)[1:]]
        dataset.DerivationDescription = description
        if name_source:
            source = Dataset()
            source.ReferencedSOPClassUID, source.ReferencedSOPInstanceUID = sop_class, uid
            dataset.SourceImageSequence = [source]


def mark_lossy(study: Study, ratio: float, method: str) -> None:
    """Record lossy compression (PS3.3 C.7.6.1.1.5); earlier records stay and values are appended."""
    for dataset in study:
        dataset.LossyImageCompression = _MARKED
        dataset.LossyImageCompressionRatio = [*_values(dataset, "LossyImageCompressionRatio"), f"{ratio:.3g}"]
        dataset.LossyImageCompressionMethod = [*_values(dataset, "LossyImageCompressionMethod"), method]


def _image_type(dataset: Dataset) -> list[str]:
    kinds = _values(dataset, "ImageType")
    return kinds if len(kinds) > 1 else ["ORIGINAL", "PRIMARY"]


def _values(dataset: Dataset, keyword: str) -> list[str]:
    if keyword not in dataset or dataset[keyword].value in (None, ""):
        return []
    value = dataset[keyword].value
    return [str(value)] if isinstance(value, str) or dataset[keyword].VM == 1 else [str(v) for v in value]
