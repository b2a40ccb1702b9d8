"""How well the judgement does: the pairs are judged, counted and written down."""
