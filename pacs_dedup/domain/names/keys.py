"""What a name is looked up and counted by."""

from pacs_dedup.domain.patient import PersonNameParts


def name_key(name: PersonNameParts) -> str:
    """Return the one form by which equal names are counted, whatever their order and spacing; empty for nobody."""
    if not name:
        return ""
    return " ".join(sorted(name.words)) or name.hanzi


def name_keys(name: PersonNameParts) -> frozenset[str]:
    """Return every form under which the name can be found; empty for nobody."""
    if not name:
        return frozenset()
    return frozenset({" ".join(sorted(name.words)), name.hanzi} - {""})
