from pydicom.uid import (
    AllTransferSyntaxes,
    CTImageStorage,
    ExplicitVRLittleEndian,
    HangingProtocolStorage,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
)
from pynetdicom import AllStoragePresentationContexts
from pynetdicom.presentation import build_context
from pynetdicom.service_class import StorageServiceClass
from pynetdicom.sop_class import uid_to_service_class

from pacs_dedup.entrypoints.listener.contexts import (
    STORAGE_SOP_CLASSES,
    VERIFICATION,
    register_storage_sop_classes,
    supported_contexts,
)

RETIRED_ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6"
STORAGE_COMMITMENT = "1.2.840.10008.1.20.1"
MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"


def test_every_storage_sop_class_of_the_standard_is_among_them():
    assert {str(context.abstract_syntax) for context in AllStoragePresentationContexts} <= STORAGE_SOP_CLASSES
    assert {RETIRED_ULTRASOUND, HangingProtocolStorage} <= STORAGE_SOP_CLASSES
    assert not {STORAGE_COMMITMENT, MEDIA_DIRECTORY, STUDY_ROOT_FIND} & STORAGE_SOP_CLASSES


def test_pynetdicom_serves_every_one_of_them_as_storage():
    register_storage_sop_classes()
    assert all(uid_to_service_class(uid) is StorageServiceClass for uid in STORAGE_SOP_CLASSES)


def test_every_transfer_syntax_that_pydicom_knows_is_supported():
    (context,) = supported_contexts([build_context(CTImageStorage, list(AllTransferSyntaxes))])
    assert set(context.transfer_syntax) == set(AllTransferSyntaxes)


def test_the_senders_order_of_preference_is_kept():
    (context,) = supported_contexts(
        [
            build_context(CTImageStorage, [JPEG2000Lossless]),
            build_context(CTImageStorage, [ImplicitVRLittleEndian, ExplicitVRLittleEndian, JPEG2000Lossless]),
        ]
    )
    assert context.transfer_syntax == [JPEG2000Lossless, ImplicitVRLittleEndian, ExplicitVRLittleEndian]


def test_verification_is_supported():
    assert [c.abstract_syntax for c in supported_contexts([build_context(VERIFICATION)])] == [VERIFICATION]


def test_what_is_neither_storage_nor_a_known_encoding_is_not_supported():
    proposed = [
        build_context(STUDY_ROOT_FIND),
        build_context("1.2.3.4"),
        build_context(CTImageStorage, ["1.2.3.4"]),
    ]
    assert supported_contexts(proposed) == []
