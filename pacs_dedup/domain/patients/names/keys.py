"""What a name is looked up and counted by."""

from pacs_dedup.domain.patients.identity import PersonNameParts
from pacs_dedup.domain.patients.names.forms import forms_of


def name_keys(name: PersonNameParts) -> frozenset[str]:
    """Return the forms under which equal names are found and counted, whatever their order and spacing.

    The syllables in the order of the alphabet, one key for each way that the romanisations cut them, and the Chinese
    characters; nothing for a name that stands for nobody.
    """
    if not name:
        return frozenset()
    return frozenset({*map(" ".join, forms_of(name).keys), name.hanzi} - {""})
