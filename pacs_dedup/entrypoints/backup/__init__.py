"""Backups of a site, made while the service runs, checked, and restored.

::

    DIR/20260101T080000Z/           one backup, complete for itself, mode 0700; `.unfinished` until it is
        manifest.json               what it holds; written last
        files.sha256                digests of everything but blobs, as ``sha256sum --check`` reads them
        database.sqlite             the database, or database.dump, PostgreSQL's custom format
        blobs.txt                   digest and size of every blob
        blobs/ab/cd/abcd…           the blobs; one name more for a copy that an earlier backup in DIR has
        references/ab/cd/abcd…      symbolic links to scanned files, which are not copied
        files/                      everything else of the data folder: spool, audit inbox, key of the logs

The order is what makes it consistent (docs/decisions/0147): first what moves from the disk into the database, then the
database, and last the blobs, so that no arrival is without its bytes.
"""

from pacs_dedup.entrypoints.backup.create import create
from pacs_dedup.entrypoints.backup.manifest import Manifest, read_manifest
from pacs_dedup.entrypoints.backup.restore import restore
from pacs_dedup.entrypoints.backup.verify import Verification, verify

__all__ = ["Manifest", "Verification", "create", "read_manifest", "restore", "verify"]
