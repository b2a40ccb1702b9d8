"""Which presentation contexts are accepted: Verification, every Storage SOP class, every transfer syntax."""

from collections.abc import Iterable

from pydicom.uid import UID
from pydicom.uid import UID_dictionary as _REGISTERED  # type: ignore[attr-defined]  # PS3.6 Annex A, kept nowhere else
from pynetdicom import ALL_TRANSFER_SYNTAXES, AllStoragePresentationContexts, VerificationPresentationContexts
from pynetdicom.pdu_primitives import A_ASSOCIATE
from pynetdicom.presentation import PresentationContext, build_context
from pynetdicom.service_class import StorageServiceClass
from pynetdicom.sop_class import register_uid, uid_to_service_class

TRANSFER_SYNTAXES = frozenset(
    uid for uid, (_, kind, *_) in _REGISTERED.items() if kind.startswith("Transfer Syntax")
) | frozenset(ALL_TRANSFER_SYNTAXES)

VERIFICATION = VerificationPresentationContexts[0].abstract_syntax

_NOT_SENT_BY_C_STORE = ("Media Storage Directory", "Storage Commitment")


def _in_the_registry() -> dict[str, str]:
    """Return UID and keyword of every Storage SOP class in PS3.6 Annex A, retired ones too."""
    return {
        uid: keyword
        for uid, (name, kind, _, _, keyword) in _REGISTERED.items()
        if kind == "SOP Class" and "Storage" in name and not name.startswith(_NOT_SENT_BY_C_STORE)
    }


STORAGE_SOP_CLASSES = frozenset(_in_the_registry()) | {
    str(context.abstract_syntax) for context in AllStoragePresentationContexts
}
"""Every Storage SOP class of the standard: pydicom's registry has the retired ones, pynetdicom's list the newest."""


def is_stored(sop_class: str | None, *, with_private: bool) -> bool:
    """Tell whether instances of a class are taken; ``with_private`` takes classes that the standard does not name."""
    return sop_class in STORAGE_SOP_CLASSES or (with_private and bool(sop_class) and sop_class not in _REGISTERED)


def register_storage_sop_classes() -> None:
    """Teach pynetdicom the Storage SOP classes that it does not serve by itself: retired and non-patient objects."""
    for uid, keyword in _in_the_registry().items():
        if uid_to_service_class(uid) is not StorageServiceClass:
            register_uid(uid, keyword, StorageServiceClass)


def well_formed(request: A_ASSOCIATE) -> list[PresentationContext]:
    """Return the contexts of a request that name an abstract syntax, as each shall (PS3.8 9.3.2.2).

    pynetdicom fails on the others, in its own thread, and leaves the requestor without an answer.
    """
    return [context for context in request.presentation_context_definition_list if context.abstract_syntax is not None]


def supported_contexts(proposed: Iterable[PresentationContext]) -> list[PresentationContext]:
    """Return what we support of a proposal, transfer syntaxes in the sender's order of preference.

    The sender names first what it can send without converting; taking that keeps the bytes as its archive has them.
    Answering the proposal also spares pynetdicom a deep copy of every class and syntax for each association.
    """
    wanted: dict[UID, list[str]] = {}
    for context in proposed:
        sop_class = context.abstract_syntax
        if sop_class is not None and (sop_class in STORAGE_SOP_CLASSES or sop_class == VERIFICATION):
            syntaxes = wanted.setdefault(sop_class, [])
            syntaxes += [ts for ts in context.transfer_syntax if ts in TRANSFER_SYNTAXES and ts not in syntaxes]
    return [build_context(sop_class, syntaxes) for sop_class, syntaxes in wanted.items() if syntaxes]
