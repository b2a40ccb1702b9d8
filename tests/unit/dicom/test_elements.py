"""Values as plain types, whatever the sender made of them."""

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from pacs_dedup.dicom.elements import text, texts


def nested(value):
    """Return a data set whose UID element is a sequence, with an element inside that can not be decoded."""
    raw = RawDataElement(Tag(0x00280009), "UL", len(value), value, 0, is_implicit_VR=False, is_little_endian=True)
    data_set = Dataset()
    data_set.add_new(0x00081195, "SQ", [Dataset({raw.tag: raw})])
    return data_set


def test_a_sequence_where_text_belongs_reads_as_nothing_and_is_not_decoded():
    assert text(nested(b"abc"), "TransactionUID") == ""
    assert texts(nested(b"abc"), "TransactionUID") == ("",)
