"""Fingerprints in the database: packed, each against the second one of its series that came."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from blake3 import blake3
from sqlalchemy import Connection, select

from pacs_dedup.adapters.database.codec import FINGERPRINT
from pacs_dedup.adapters.database.engine import as_binary_table, insert
from pacs_dedup.adapters.database.packing import pack, unpack
from pacs_dedup.adapters.database.tables import fingerprint_templates, fingerprinted_blobs, fingerprints
from pacs_dedup.domain.fingerprint import DIGEST_VERSION, InstanceFingerprint
from pacs_dedup.domain.identifiers import BlobId

_SERIES_HASH_BYTES = 12
*_, _CONTENT_RULES, _SKETCH_RULES = DIGEST_VERSION.split(".")
_Template = tuple[int, str]


def text_of(fingerprint: InstanceFingerprint) -> str:
    """Return what is packed: the rules it was computed by, end of line, and the JSON; the blob id has a column."""
    told = replace(fingerprint, blob_id=BlobId(""), digest_version="")
    return f"{fingerprint.digest_version}\n{FINGERPRINT.dump(told)}"


def put_text(connection: Connection, blob_id: BlobId, series_instance_uid: str, text: str) -> None:
    """Keep a text as the fingerprint of a blob, or replace the one that is kept."""
    template = _template_for(connection, _series_hash(series_instance_uid, text), text)
    template_id, against = template or (None, None)
    row = {"template_id": template_id, "body": pack(text, against)}
    known = select(fingerprinted_blobs.c.fingerprint_id).where(fingerprinted_blobs.c.blob_id == bytes.fromhex(blob_id))
    kept = connection.execute(known).scalar_one_or_none()
    if kept is None and _inserted(connection, blob_id, row):
        return
    kept = connection.execute(known).scalar_one()
    connection.execute(fingerprints.update().where(fingerprints.c.id == kept).values(**row))


def get_fingerprints(connection: Connection, blob_ids: Collection[BlobId]) -> dict[BlobId, InstanceFingerprint]:
    """Return the fingerprints of these blobs that are known."""
    listed = as_binary_table(connection, [bytes.fromhex(blob_id) for blob_id in blob_ids])
    statement = (
        select(fingerprinted_blobs.c.blob_id, fingerprints.c.template_id, fingerprints.c.body)
        .join(listed, listed.c.value == fingerprinted_blobs.c.blob_id)
        .join(fingerprints, fingerprints.c.id == fingerprinted_blobs.c.fingerprint_id)
    )
    rows = connection.execute(statement).all()
    templates = _templates(connection, {template_id for _, template_id, _ in rows if template_id is not None})
    return {BlobId(blob.hex()): _loaded(blob, body, templates.get(template_id)) for blob, template_id, body in rows}


def _loaded(blob: bytes, body: bytes, template: str | None) -> InstanceFingerprint:
    """Read a fingerprint back under the rules it was computed by.

    A digest begins with the number of its rules and never equals one by others. What would make one object look like
    two is left out where other rules made it: a sketch, of which the noise would differ, and the digest of a content.
    """
    digest_version, _, text = unpack(body, template).partition("\n")
    loaded = replace(FINGERPRINT.load(text), blob_id=BlobId(blob.hex()), digest_version=digest_version)
    rules = digest_version.split(".")
    if _CONTENT_RULES not in rules:
        loaded = replace(loaded, content_digest=None)
    if _SKETCH_RULES not in rules:
        loaded = replace(loaded, frames=tuple(replace(f, sketch=None, trimmed_sketch=None) for f in loaded.frames))
    return loaded


def _inserted(connection: Connection, blob_id: BlobId, row: dict[str, Any]) -> bool:
    """Add a fingerprint; False where another process kept one for the blob in the meantime.

    Then the row that was added is nobody's: a few hundred bytes, once in a long while, and nothing is deleted here.
    """
    made = connection.execute(fingerprints.insert().returning(fingerprints.c.id), row).scalar_one()
    new = insert(connection, fingerprinted_blobs).values(blob_id=bytes.fromhex(blob_id), fingerprint_id=made)
    added = connection.execute(new.on_conflict_do_nothing(index_elements=[fingerprinted_blobs.c.blob_id])).rowcount
    return bool(added)


def _series_hash(series_instance_uid: str, text: str) -> bytes:
    """Name a series as fingerprinted by one set of rules: other rules make other texts."""
    named = f"{text.partition(chr(10))[0]}\n{series_instance_uid}"
    return blake3(named.encode("utf-8", "surrogatepass")).digest(length=_SERIES_HASH_BYTES)


def _template_for(connection: Connection, series_hash: bytes, text: str) -> _Template | None:
    """Return what to pack against: nothing for the first of a series, of which many have one instance only.

    The second one becomes the template, which then never changes.
    """
    new = insert(connection, fingerprint_templates).values(series_hash=series_hash)
    if connection.execute(new.on_conflict_do_nothing(index_elements=[fingerprint_templates.c.series_hash])).rowcount:
        return None
    of_series = fingerprint_templates.c.series_hash == series_hash
    empty = fingerprint_templates.update().where(of_series, fingerprint_templates.c.body.is_(None))
    found = select(fingerprint_templates.c.id, fingerprint_templates.c.body).where(of_series)
    template_id, body = connection.execute(found).one()
    if body is None:
        connection.execute(empty.values(body=pack(text)))
        body = connection.execute(found).one().body
    return template_id, unpack(body)


def _templates(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    statement = select(fingerprint_templates.c.id, fingerprint_templates.c.body)
    chosen: Sequence[Any] = connection.execute(statement.where(fingerprint_templates.c.id.in_(ids))).all()
    return {template_id: unpack(body) for template_id, body in chosen}
