"""What `/metrics` shows, read by Prometheus's own parser."""

from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.domain.identifiers import TransferSyntaxUid
from pacs_dedup.entrypoints.listener.refusals import Refusal, RefusedCall
from pacs_dedup.entrypoints.operations.instruments import Happening, Kind
from tests.contracts.values import arrival
from tests.fakes import FakeDatabase
from tests.unit.entrypoints.operations.asking import incoming, scraped


def test_the_exposition_is_readable_and_has_every_name_from_the_start(site):
    with site() as (observation, _):
        samples = scraped(observation)
    for peer in ("qeh", "archive", "unknown"):
        assert samples["pacs_dedup_instances_received_total", ("peer", peer)] == 0
    assert samples["pacs_dedup_forward_failures_total", ("dest", "archive")] == 0
    assert samples["pacs_dedup_decisions_total", ("verb", "same")] == 0
    assert samples["pacs_dedup_queue_oldest_seconds", ("step", "forward")] == 0
    assert samples["pacs_dedup_quarantine_bytes",] == 0
    assert samples["pacs_dedup_disk_free_bytes",] > 0


def test_the_last_backup_is_told_once_there_is_one(site, tmp_path):
    with site() as (observation, _):
        assert ("pacs_dedup_last_backup_timestamp_seconds",) not in scraped(observation)
        (tmp_path / "last-backup").touch()
        assert scraped(observation)["pacs_dedup_last_backup_timestamp_seconds",] > 1.7e9


def test_what_is_received_is_counted_by_configured_peer_and_everybody_else_is_unknown(site):
    with site() as (observation, instruments):
        strangers = [incoming(title, peer="") for title in ("ANYBODY", "SOMEBODY", "QEHPACS")]
        for each in (incoming(), *strangers):
            instruments.received(each, StoreStatus.SUCCESS, 0.02)
        instruments.received(incoming(), StoreStatus.OUT_OF_RESOURCES, 0.02)
        samples = scraped(observation)
    assert samples["pacs_dedup_instances_received_total", ("peer", "qeh")] == 1
    assert samples["pacs_dedup_instances_received_total", ("peer", "unknown")] == 3
    assert (
        samples[
            "pacs_dedup_instances_refused_total", ("peer", "qeh"), ("reason", "out_of_resources"), ("status", "A700")
        ]
        == 1
    )
    assert samples["pacs_dedup_store_seconds_count",] == 5
    assert not [key for key in samples if "ANYBODY" in str(key)]


def test_what_a_worker_tells_is_counted(site):
    with site() as (observation, instruments):
        instruments.note(Happening(Kind.FORWARD_FAILED, "archive"))
        instruments.note(Happening(Kind.STUDY_COMPLETED, value=75))
        instruments.worker_restarted()
        instruments.let_go()
        samples = scraped(observation)
    assert samples["pacs_dedup_forward_failures_total", ("dest", "archive")] == 1
    assert samples["pacs_dedup_study_complete_seconds_sum",] == 75
    assert samples["pacs_dedup_worker_restarts_total",] == 1
    assert samples["pacs_dedup_instances_let_go_total",] == 1


def test_a_transfer_syntax_has_the_name_that_the_standard_gives_it_and_no_other(site, fake_clock):
    database = FakeDatabase(fake_clock)
    for number in range(3):
        database.arrivals.note_problem(database.arrivals.record(arrival(number)), "the decoder crashed")
    private = arrival(4).__class__(**{**_fields(arrival(4)), "transfer_syntax_uid": TransferSyntaxUid("1.2.3.4.5")})
    database.arrivals.note_problem(database.arrivals.record(private), "the decoder crashed")
    with site(database.figures) as (observation, _):
        samples = scraped(observation)
    assert samples["pacs_dedup_decode_failures_total", ("ts", "ExplicitVRLittleEndian")] == 3
    assert samples["pacs_dedup_decode_failures_total", ("ts", "other")] == 1


def _fields(value):
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def test_an_instance_of_a_peer_that_may_not_send_is_an_instance_refused_not_an_association(site):
    with site() as (observation, instruments):
        instruments.refused(RefusedCall(refusal=Refusal.NOT_A_SOURCE, address="10.1.2.3", peer="qeh"))
        samples = scraped(observation)
    labels = ("peer", "qeh"), ("reason", "not_authorized"), ("status", "0124")
    assert samples["pacs_dedup_instances_refused_total", *labels] == 1
    assert ("pacs_dedup_associations_refused_total", ("reason", "not_a_source")) not in samples
