"""Counts that can be read aloud: nouns and verbs agree with their number."""


def agreeing(number: int, one: str, many: str) -> str:
    """Return the words for exactly one, or those for none and for several."""
    return one if number == 1 else many


def noun_for(number: int, noun: str) -> str:
    """Return ``case`` for one, ``cases``, ``studies`` or ``series`` for none and for several."""
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + ("" if noun.endswith("series") else "s")
    return agreeing(number, noun, plural)


def counted(number: int, noun: str) -> str:
    """Return ``1 case``, ``3 cases``, ``2 studies``."""
    return f"{number} {noun_for(number, noun)}"
