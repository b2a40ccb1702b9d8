"""The site's choices: TOML file, environment and flags in, one frozen `Settings` out, or every problem at once."""

from pacs_dedup.config.loading import load_settings
from pacs_dedup.config.settings import DATABASE_FILE, Dicom, Peer, PeerRole, Settings, UnknownPeers

__all__ = ["DATABASE_FILE", "Dicom", "Peer", "PeerRole", "Settings", "UnknownPeers", "load_settings"]
