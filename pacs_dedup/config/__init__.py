"""The site's choices: TOML file, environment and flags in, one frozen `Settings` out, or every problem at once."""

from pacs_dedup.config.commitment import Commitment, CommitmentMode
from pacs_dedup.config.dicom import Dicom, UnknownPeers
from pacs_dedup.config.loading import load_settings
from pacs_dedup.config.peer import Peer, PeerRole
from pacs_dedup.config.settings import DATABASE_FILE, Settings

__all__ = [
    "DATABASE_FILE",
    "Commitment",
    "CommitmentMode",
    "Dicom",
    "Peer",
    "PeerRole",
    "Settings",
    "UnknownPeers",
    "load_settings",
]
