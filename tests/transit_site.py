"""A site in memory whose transit store is planned for and let go."""

from dataclasses import replace
from datetime import timedelta

from pacs_dedup.domain.errors import BlobMissing
from pacs_dedup.domain.policy import Action
from pacs_dedup.pipeline.transit import Transit, apply_release, plan_release
from pacs_dedup.ports.transit_book import ItemState
from tests.builders import make_slices, renewed
from tests.fakes import MemoryBlobStore
from tests.site import Site

KEEP_FOR = timedelta(days=30)
STUDY = make_slices(3)
COPY = renewed(STUDY)
BY = "wong.sm"


def keeping_site():
    site = Site(Action.FLAG)
    site.blobs = MemoryBlobStore(site.clock)
    return site


def transit(site, *, commitment=(), **changed):
    db = site.database
    made = Transit(
        book=db.transit,
        store=site.blobs,
        journal=db.journal,
        register=db.register,
        case_book=db.case_book,
        quarantine=db.quarantine,
        commitments=db.commitments,
        came_from=lambda arrival, name: arrival.source == name.upper(),
        clock=site.clock,
        destinations={name: name in commitment for name in site.destinations},
        keep_for=KEEP_FOR,
    )
    return replace(made, **changed)


def released(site, **more):
    """Plan and apply; return how many were released."""
    world = transit(site, **more)
    plan = plan_release(world)
    outcomes = list(apply_release(plan.plan_id, plan.token, by=BY, transit=world))
    return sum(item.state is ItemState.RELEASED for item in outcomes)


def reasons(site, **more):
    plan = plan_release(transit(site, **more))
    assert plan.instances == 0
    return {staying.reason: staying.instances for staying in plan.staying}


def blobs_of(site):
    return [arrival.blob_id for _, arrival in site.database.arrivals.numbered()]


def is_held(site, blob_id):
    try:
        site.blobs.path(blob_id)
    except BlobMissing:
        return False
    return True
