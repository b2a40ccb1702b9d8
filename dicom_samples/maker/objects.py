"""Objects without pixels that travel with images: a report, a document, a presentation state."""

from pydicom import Dataset
from pydicom.uid import (
    UID,
    BasicTextSRStorage,
    EncapsulatedPDFStorage,
    GrayscaleSoftcopyPresentationStateStorage,
)

from maker.encode import Instance
from maker.headers import WORKSTATION, Visit, study_header
from maker.images import Series


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _content(value_type: str, relationship: str, name: Dataset) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType = relationship, value_type
    item.ConceptNameCodeSequence = [name]
    return item


def _text(name: Dataset, text: str) -> Dataset:
    item = _content("TEXT", "CONTAINS", name)
    item.TextValue = text
    return item


def _reference(sop_class: UID, sop_instance: UID) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, sop_instance
    return item


def _series_references(series: Series) -> Dataset:
    item = Dataset()
    item.SeriesInstanceUID = series[0].dataset.SeriesInstanceUID
    item.ReferencedSOPSequence = [_reference(i.dataset.SOPClassUID, i.dataset.SOPInstanceUID) for i in series]
    return item


def report(visit: Visit, series: Series, findings: tuple[str, ...]) -> Instance:
    """Write a basic text report that names the middle image of a series as its evidence."""
    dataset = study_header(visit, WORKSTATION, BasicTextSRStorage, "SR", 21, 1)
    dataset.SeriesDescription = "Report"
    dataset.CompletionFlag, dataset.VerificationFlag = "COMPLETE", "UNVERIFIED"
    dataset.ReferencedPerformedProcedureStepSequence = []
    dataset.PerformedProcedureCodeSequence = []
    dataset.ValueType, dataset.ContinuityOfContent = "CONTAINER", "SEPARATE"
    dataset.ConceptNameCodeSequence = [_code("18748-4", "LN", "Diagnostic imaging report")]
    key = series[len(series) // 2].dataset
    image = _content("IMAGE", "CONTAINS", _code("121200", "DCM", "Illustration of ROI"))
    image.ReferencedSOPSequence = [_reference(key.SOPClassUID, key.SOPInstanceUID)]
    finding = _code("121071", "DCM", "Finding")
    dataset.ContentSequence = [*(_text(finding, text) for text in findings), image]
    evidence = Dataset()
    evidence.StudyInstanceUID = key.StudyInstanceUID
    evidence.ReferencedSeriesSequence = [_series_references(series)]
    dataset.CurrentRequestedProcedureEvidenceSequence = [evidence]
    return Instance(dataset)


def document(visit: Visit, lines: tuple[str, ...]) -> Instance:
    """Wrap a one-page PDF."""
    dataset = study_header(visit, WORKSTATION, EncapsulatedPDFStorage, "DOC", 22, 1)
    dataset.SeriesDescription, dataset.DocumentTitle = "Request form", "Request form"
    dataset.ConversionType, dataset.BurnedInAnnotation = "SD", "NO"
    dataset.ConceptNameCodeSequence = []
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    pdf = _pdf(lines)
    dataset.EncapsulatedDocumentLength = len(pdf)
    dataset.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    return Instance(dataset)


def _pdf(lines: tuple[str, ...]) -> bytes:
    text = " T* ".join(f"({line}) Tj" for line in lines)
    stream = f"BT /F1 12 Tf 16 TL 60 760 Td {text} ET"
    bodies = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    content, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(bodies) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(content)}\n%%EOF\n"
    return f"{content}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode()


def presentation_state(visit: Visit, series: Series, label: str) -> Instance:
    """Keep how somebody looked at a series: a window, and an arrow with a word."""
    dataset = study_header(visit, WORKSTATION, GrayscaleSoftcopyPresentationStateStorage, "PR", 23, 1)
    dataset.SeriesDescription = "Presentation state"
    dataset.ContentLabel, dataset.ContentDescription, dataset.ContentCreatorName = "FINDING", label, "READER^ONE"
    dataset.PresentationCreationDate, dataset.PresentationCreationTime = visit.date, dataset.ContentTime
    dataset.ReferencedSeriesSequence = [_image_references(series)]
    dataset.DisplayedAreaSelectionSequence = [_displayed_area(series)]
    window = Dataset()
    window.WindowCenter, window.WindowWidth = 90, 180
    dataset.SoftcopyVOILUTSequence = [window]
    dataset.GraphicLayerSequence = [_layer()]
    dataset.GraphicAnnotationSequence = [_arrow(series, label)]
    dataset.PresentationLUTShape = "IDENTITY"
    return Instance(dataset)


def _image_references(series: Series) -> Dataset:
    item = Dataset()
    item.SeriesInstanceUID = series[0].dataset.SeriesInstanceUID
    item.ReferencedImageSequence = [_reference(i.dataset.SOPClassUID, i.dataset.SOPInstanceUID) for i in series]
    return item


def _displayed_area(series: Series) -> Dataset:
    item = Dataset()
    item.DisplayedAreaTopLeftHandCorner = [1, 1]
    item.DisplayedAreaBottomRightHandCorner = [series[0].dataset.Columns, series[0].dataset.Rows]
    item.PresentationSizeMode = "SCALE TO FIT"
    item.PresentationPixelAspectRatio = ["1", "1"]
    return item


def _layer() -> Dataset:
    item = Dataset()
    item.GraphicLayer, item.GraphicLayerOrder = "MARKS", 1
    return item


def _arrow(series: Series, label: str) -> Dataset:
    line = Dataset()
    line.GraphicAnnotationUnits, line.GraphicDimensions, line.NumberOfGraphicPoints = "PIXEL", 2, 2
    line.GraphicData, line.GraphicType, line.GraphicFilled = [30.0, 40.0, 44.0, 52.0], "POLYLINE", "N"
    word = Dataset()
    word.UnformattedTextValue = label
    word.AnchorPointAnnotationUnits, word.AnchorPointVisibility, word.AnchorPoint = "PIXEL", "N", [28.0, 38.0]
    item = Dataset()
    item.GraphicLayer = "MARKS"
    key = series[len(series) // 2].dataset
    item.ReferencedImageSequence = [_reference(key.SOPClassUID, key.SOPInstanceUID)]
    item.TextObjectSequence, item.GraphicObjectSequence = [word], [line]
    return item
