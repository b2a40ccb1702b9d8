"""What every section of the configuration shares."""

from pydantic import BaseModel, ConfigDict

MAX_PORT = 65535
_MAX_AE_TITLE = 16


class Section(BaseModel):
    """A table of the configuration: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def checked_ae_title(text: str) -> str:
    """Check an AE title: 1 to 16 characters of the default repertoire, no backslash, no controls (PS3.5 6.2, VR AE)."""
    title = text.strip()
    if not title or len(title) > _MAX_AE_TITLE or not title.isascii() or not title.isprintable() or "\\" in title:
        raise ValueError("an AE title has 1 to 16 printable ASCII characters and no backslash")
    return title
