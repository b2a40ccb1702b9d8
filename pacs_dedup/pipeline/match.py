"""Step 4, match: blocking keys -> candidates -> evidence -> verdict, appended.

Of two studies the one that came first is the prior. A study that grows is compared again, whole, with every candidate;
against its own earlier generations only what is new is compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from pacs_dedup.domain.blocking import digest_key, is_likeness, is_sketch_band, search_keys, worth_comparing
from pacs_dedup.domain.compare import compare_studies, plan_looks
from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.fingerprint import DIGEST_VERSION, StudyFingerprint
from pacs_dedup.domain.frames.repeats import repeats_within
from pacs_dedup.domain.identifiers import BlockingKey, Digest, StudyKey
from pacs_dedup.domain.patients.keys import SAMPLE, SAMPLED, counted_name
from pacs_dedup.domain.patients.name_frequencies import UNCOUNTED, NameFrequencies
from pacs_dedup.domain.patients.names import name_keys
from pacs_dedup.domain.policy import Policy
from pacs_dedup.domain.verdict import Judgement
from pacs_dedup.pipeline.look import VerifyFrames, look
from pacs_dedup.pipeline.senders import Senders
from pacs_dedup.pipeline.studies import load_generation, load_up_to, parse_subject, settled_generation
from pacs_dedup.ports.blob_store import BlobStore
from pacs_dedup.ports.case_book import CaseBook
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.fingerprint_index import FingerprintIndex
from pacs_dedup.ports.journal import Journal, NewWork, Step
from pacs_dedup.ports.study_register import StudyRegister, StudyState

_LEASE = timedelta(minutes=30)
_MIN_SAMPLE = 4
"""Fewer sampled patients than this do not tell how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """What matching needs of the world.

    Attributes:
        senders: what the site knows of each calling AE title's headers.
    """

    index: FingerprintIndex
    register: StudyRegister
    blobs: BlobStore
    clock: Clock
    policy: Policy
    verify: VerifyFrames
    senders: Senders = field(default_factory=dict)


def match_once(*, journal: Journal, case_book: CaseBook, matcher: Matcher) -> bool:
    """Judge the longest-waiting settled study, if there is one; say whether there was."""
    work = journal.claim(Step.MATCH, _LEASE)
    if work is None:
        return False
    key, generation = parse_subject(work.subject)
    for judgement in judge(key, generation, matcher):
        case_book.append(judgement)
    matcher.register.advance(key, generation, StudyState.JUDGED)
    journal.tick(work, [NewWork(Step.ACT, work.subject, matcher.clock.now(), source=work.source)])
    return True


def judge(key: StudyKey, generation: int, matcher: Matcher) -> Iterable[Judgement]:
    """Judge one generation of a study against every candidate, its own past, and itself."""
    study = load_up_to(key, generation, matcher)
    common = common_digests(study, matcher.index, matcher.policy)
    names = name_frequencies(study, matcher.index)
    for other_key, shared in _candidates(study, common, matcher.index).items():
        if other_key != key and worth_comparing(shared):
            yield from _judge_pair(study, other_key, matcher, common, names)
    yield from _judge_growth(study, matcher, common)


def _candidates(
    study: StudyFingerprint, common: frozenset[Digest], index: FingerprintIndex
) -> dict[StudyKey, frozenset[BlockingKey]]:
    """Look up what shares a key that says something.

    Sketch bands and likenesses collide by chance, the more the larger the archive; each kind is looked up on its own,
    so that it can not crowd out a study that shares a digest, a UID or an acquisition.
    """
    keys = search_keys(study) - {digest_key(digest) for digest in common}
    bands, likenesses = frozenset(filter(is_sketch_band, keys)), frozenset(filter(is_likeness, keys))
    shared: dict[StudyKey, frozenset[BlockingKey]] = {}
    for some in (keys - bands - likenesses, bands, likenesses):
        for key, found in index.candidates(some).items():
            shared[key] = shared.get(key, frozenset()) | found
    return shared


def common_digests(study: StudyFingerprint, index: FingerprintIndex, policy: Policy) -> frozenset[Digest]:
    """Return the digests of frames, contents and code streams that so many patients share that they identify nobody."""
    frames = [frame for instance in study.instances for frame in instance.frames]
    digests = {frame.stored_digest for frame in frames} | {frame.value_digest for frame in frames}
    digests |= {digest for i in study.instances for digest in (i.content_digest, i.code_stream_digest)}
    keys = {digest_key(digest): digest for digest in digests if digest is not None}
    shared = index.patients_sharing(tuple(keys))
    return frozenset(keys[key] for key, patients in shared.items() if patients >= policy.common_patients)


def name_frequencies(study: StudyFingerprint, index: FingerprintIndex) -> NameFrequencies:
    """Return how many patients have the names in a study, and how many there are; nothing while there are few."""
    names = {instance.patient.name for instance in study.instances}
    keys = {counted_name(key): key for name in names for key in name_keys(name)}
    counts = index.patients_sharing((*keys, SAMPLE))
    if counts[SAMPLE] < _MIN_SAMPLE:
        return UNCOUNTED
    return NameFrequencies(counts[SAMPLE] * SAMPLED, {name: counts[key] for key, name in keys.items()})


def compare(
    incoming: StudyFingerprint,
    prior: StudyFingerprint,
    matcher: Matcher,
    common: frozenset[Digest],
    names: NameFrequencies = UNCOUNTED,
) -> Judgement:
    """Compare two studies, looking at pixels where the digests leave frames without a partner."""
    looked = look(plan_looks(incoming, prior, common), matcher.blobs.path, matcher.verify)
    evidence = compare_studies(incoming, prior, looked, common, frequencies=names)
    verdict = replace(decide(evidence, matcher.policy), digest_version=_digest_versions(incoming, prior))
    return Judgement(incoming.key, incoming.generation, prior.key, verdict, matcher.clock.now())


def _digest_versions(*studies: StudyFingerprint) -> str:
    """Name the rules that fingerprints were computed by: those of today, unless old ones could not be renewed."""
    versions = {instance.digest_version for study in studies for instance in study.instances}
    return "+".join(sorted(versions)) or DIGEST_VERSION


def _judge_pair(
    study: StudyFingerprint,
    other_key: StudyKey,
    matcher: Matcher,
    common: frozenset[Digest],
    names: NameFrequencies,
) -> Iterable[Judgement]:
    """Compare with what is settled of the other study; what it is still receiving is judged when that settles."""
    settled = settled_generation(matcher.register.entry(other_key))
    if not settled:
        return
    other = load_up_to(other_key, settled, matcher)
    if _came_first(study.key, other_key, matcher.register):
        study, other = other, study
    yield compare(study, other, matcher, common, names)


def _judge_growth(study: StudyFingerprint, matcher: Matcher, common: frozenset[Digest]) -> Iterable[Judgement]:
    """Judge what this generation brought against earlier ones, and what repeats within it.

    Within a later generation only what calls for a person is told, after the growth: that an instance came twice in it
    says nothing of what is new in it.
    """
    new = load_generation(study.key, study.generation, matcher)
    grew = study.generation > 1
    if grew:
        yield compare(new, load_up_to(study.key, study.generation - 1, matcher), matcher, common)
    repeated = repeats_within(new, common)
    if repeated is not None:
        within = compare(*repeated, matcher, common)
        if within.verdict.disposition.opens_case or not grew:
            yield within


def _came_first(key: StudyKey, other: StudyKey, register: StudyRegister) -> bool:
    own, others = register.members(key), register.members(other)
    return bool(own and others) and own[0].arrival_id < others[0].arrival_id
