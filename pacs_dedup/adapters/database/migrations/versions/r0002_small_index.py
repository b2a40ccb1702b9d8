"""A small index: fingerprints packed against one of their series, keys as 12 bytes, the patient with the study.

What is there is carried over; the old tables go when everything of theirs stands in the new ones.
"""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from blake3 import blake3

from pacs_dedup.adapters.database.column_types import RowId
from pacs_dedup.adapters.database.packing import pack, unpack

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BATCH = 2_000
_HASH_BYTES = 12

_old_fingerprints = sa.table("fingerprints_0001", sa.column("blob_id"), sa.column("digest_version"), sa.column("body"))
_old_keys = sa.table(
    "blocking_keys_0001", sa.column("key_hash"), sa.column("keyed_study_id"), sa.column("patient_hash")
)
_keyed_studies = sa.table("keyed_studies", sa.column("id"), sa.column("patient_hash", sa.LargeBinary))


def upgrade() -> None:
    """Make the new tables, fill them from the old ones, and drop those."""
    _rename_old("fingerprints")
    _rename_old("blocking_keys")
    templates, fingerprints, blobs = _create_fingerprints()
    keys = _create_keys()
    bind = op.get_bind()
    _copy_fingerprints(bind, templates, fingerprints, blobs)
    _copy_patients(bind)
    _copy_keys(bind, keys)
    op.drop_table("fingerprints_0001")
    op.drop_table("blocking_keys_0001")


def downgrade() -> None:
    """Refuse: the older version could not read what was packed."""
    raise NotImplementedError("restore a backup that the older version made")


def _rename_old(name: str) -> None:
    op.rename_table(name, f"{name}_0001")
    if op.get_bind().dialect.name == "postgresql":  # its index names belong to the whole schema
        op.execute(f"ALTER INDEX pk_{name} RENAME TO pk_{name}_0001")


def _create_fingerprints() -> tuple[sa.Table, sa.Table, sa.Table]:
    templates = op.create_table(
        "fingerprint_templates",
        sa.Column("id", RowId, nullable=False),
        sa.Column("series_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "body", sa.LargeBinary(), comment="packed; from the second instance of the series on, and then for ever"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_fingerprint_templates"),
        sa.UniqueConstraint("series_hash", name="uq_fingerprint_templates_series_hash"),
        sqlite_strict=True,
    )
    fingerprints = op.create_table(
        "fingerprints",
        sa.Column("id", RowId, nullable=False),
        sa.Column("template_id", RowId, comment="what it was packed against"),
        sa.Column(
            "body",
            sa.LargeBinary(),
            nullable=False,
            comment="packed: digest version, end of line, JSON without the blob id",
        ),
        sa.ForeignKeyConstraint(["template_id"], ["fingerprint_templates.id"], name="fk_fingerprints_template_id"),
        sa.PrimaryKeyConstraint("id", name="pk_fingerprints"),
        sqlite_strict=True,
    )
    blobs = op.create_table(
        "fingerprinted_blobs",
        sa.Column("blob_id", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint_id", RowId, nullable=False),
        sa.ForeignKeyConstraint(["fingerprint_id"], ["fingerprints.id"], name="fk_fingerprinted_blobs_fingerprint_id"),
        sa.PrimaryKeyConstraint("blob_id", name="pk_fingerprinted_blobs"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    return templates, fingerprints, blobs


def _create_keys() -> sa.Table:
    op.add_column(
        "keyed_studies", sa.Column("patient_hash", sa.LargeBinary(), comment="empty until its keys are known")
    )
    return op.create_table(
        "blocking_keys",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("keyed_study_id", RowId, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["keyed_study_id"], ["keyed_studies.id"], name="fk_blocking_keys_keyed_study_id"),
        sa.PrimaryKeyConstraint("key_hash", "keyed_study_id", name="pk_blocking_keys"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _copy_fingerprints(bind: sa.Connection, templates: sa.Table, fingerprints: sa.Table, blobs: sa.Table) -> None:
    known: dict[bytes, int] = {}
    for blob_id, digest_version, body in _pages(bind, _old_fingerprints, [_old_fingerprints.c.blob_id]):
        series = json.loads(body)[0]["series_instance_uid"]
        text = f"{digest_version}\n{body.replace(blob_id, '', 1)}"
        named = blake3(f"{digest_version}\n{series}".encode("utf-8", "surrogatepass")).digest(length=_HASH_BYTES)
        template_id, against = _template(bind, templates, known, named, text)
        row = {"template_id": template_id, "body": pack(text, against)}
        made = bind.execute(fingerprints.insert().returning(fingerprints.c.id), row).scalar_one()
        bind.execute(blobs.insert(), {"blob_id": bytes.fromhex(blob_id), "fingerprint_id": made})


def _template(
    bind: sa.Connection, templates: sa.Table, known: dict[bytes, int], named: bytes, text: str
) -> tuple[int | None, str | None]:
    """Return what to pack against: nothing for the first of a series; the second one becomes the template."""
    if named not in known:
        made = templates.insert().returning(templates.c.id)
        known[named] = bind.execute(made, {"series_hash": named}).scalar_one()
        return None, None
    of_series = templates.c.id == known[named]
    body = bind.execute(sa.select(templates.c.body).where(of_series)).scalar_one()
    if body is None:
        bind.execute(templates.update().where(of_series).values(body=pack(text)))
        return known[named], text
    return known[named], unpack(body)


def _copy_patients(bind: sa.Connection) -> None:
    """Give each study the patient that most of its keys name: the others are of earlier generations."""
    columns = (_old_keys.c.keyed_study_id, _old_keys.c.patient_hash)
    counted = sa.select(*columns, sa.func.count()).group_by(*columns).order_by(sa.func.count(), *columns)
    newest = {study: bytes.fromhex(patient)[:_HASH_BYTES] for study, patient, _ in bind.execute(counted)}
    statement = _keyed_studies.update().where(_keyed_studies.c.id == sa.bindparam("study"))
    rows = [{"study": study, "patient": patient} for study, patient in newest.items()]
    if rows:
        bind.execute(statement.values(patient_hash=sa.bindparam("patient")), rows)


def _copy_keys(bind: sa.Connection, keys: sa.Table) -> None:
    rows = _pages(bind, _old_keys, [_old_keys.c.key_hash, _old_keys.c.keyed_study_id])
    batch: list[dict[str, Any]] = []
    for key, study, _ in rows:
        batch.append({"key_hash": bytes.fromhex(key)[:_HASH_BYTES], "keyed_study_id": study})
        if len(batch) == _BATCH:
            bind.execute(keys.insert(), batch)
            batch = []
    if batch:
        bind.execute(keys.insert(), batch)


def _pages(bind: sa.Connection, source: Any, order: list[Any]) -> Iterator[Any]:
    """Yield all rows of a table in order of its key, a page at a time, so that memory does not grow with it."""
    statement = sa.select(source).order_by(*order).limit(_BATCH)
    rows = bind.execute(statement).all()
    while rows:
        yield from rows
        last = sa.tuple_(*(sa.literal(value) for value in rows[-1][: len(order)]))
        rows = bind.execute(statement.where(sa.tuple_(*order) > last)).all()
