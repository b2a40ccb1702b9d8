"""How two studies cover each other: counted by digests, and estimated where only a sample was looked at."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from pacs_dedup.domain.evidence import Coverage
from pacs_dedup.domain.fingerprint import InstanceFingerprint, StudyFingerprint
from pacs_dedup.domain.frames.alignment import Looked, samples
from pacs_dedup.domain.frames.findings import AGAINST, Finding, Findings, is_most, is_silent, shows_noise
from pacs_dedup.domain.frames.pairing import Pairing

_COPIES = (Finding.COPY, Finding.SKETCHED)
_NEARLY_ALL = 0.8


def cover(
    pairing: Pairing, incoming: Sequence[InstanceFingerprint], prior: StudyFingerprint, findings: Findings
) -> Coverage:
    """Count what of each study the other one has."""
    found = Counter(finding for _, finding in findings)
    frames = pairing.equal_frames + len(pairing.turned)
    verified = _verified(pairing, findings)
    return Coverage(
        incoming=frames + len(pairing.left_incoming) + pairing.content + pairing.new_content,
        prior=frames + len(pairing.left_prior) + pairing.content + pairing.prior_only_content,
        exact=len(pairing.exact) + pairing.content,
        value=len(pairing.value),
        turned=len(pairing.turned),
        verified=verified,
        images_matched=pairing.equal_frames + verified,
        uninformative=pairing.uninformative,
        new_content=pairing.new_content,
        prior_only_content=pairing.prior_only_content,
        unreadable_incoming=pairing.unreadable_incoming,
        unreadable_prior=pairing.unreadable_prior,
        tried=len(findings),
        confirmed=found[Finding.COPY],
        sketched=found[Finding.SKETCHED],
        silent=sum(is_silent(look, finding) and look.result.thin for look, finding in findings),
        settled=sum(finding is Finding.COPY and not shows_noise(look) for look, finding in findings),
        rejected=found[Finding.REPEAT],
        reconstructed=found[Finding.RECONSTRUCTION],
        new_uninformative=len(pairing.silent_incoming),
        renewed=pairing.renewed + _renewed_copies(incoming, prior, findings),
    )


def _verified(pairing: Pairing, findings: Findings) -> int:
    """Estimate how many of the frames left are copies: the sample of each series stands for the series.

    A frame of the sample that found no partner counts against; one that gave no clear answer is vouched for by its
    series where at least half of that is copies and nothing speaks against them.
    """
    left = Counter(item.instance.series_instance_uid for item in pairing.left_incoming)
    by_series: dict[str, list[tuple[Looked, Finding]]] = defaultdict(list)
    for look, finding in findings:
        by_series[look.at.series].append((look, finding))
    estimated = 0
    for sample in samples(pairing.left_incoming, pairing.left_prior):
        series = sample[0].instance.series_instance_uid
        estimated += round(left[series] * _copies(by_series[series]) / len(sample))
    return min(estimated, len(pairing.left_prior))


def _copies(findings: Findings) -> int:
    """Count the copies in a sample, and what they vouch for.

    Noise vouches for every look without an answer, headers for those in which nothing can be told, and for the rest
    only where nearly all others are copies: another reconstruction of the same moment has the same headers.
    """
    found = Counter(finding for _, finding in findings)
    copies = sum(found[finding] for finding in _COPIES)
    if any(found[finding] for finding in AGAINST) or not is_most(findings, copies):
        return copies
    by_header = sum(finding is Finding.COPY and not shows_noise(look) for look, finding in findings)
    silent = sum(is_silent(look, finding) for look, finding in findings)
    nearly_all = copies >= _NEARLY_ALL * (len(findings) - silent)
    return len(findings) if nearly_all or is_most(findings, copies - by_header) else copies + silent


def _renewed_copies(incoming: Sequence[InstanceFingerprint], prior: StudyFingerprint, findings: Findings) -> int:
    uids = {i.blob_id: i.sop_instance_uid for i in incoming}
    copies: Iterable[str | None] = (uids.get(look.at.incoming.blob_id) for look, f in findings if f in _COPIES)
    return sum(1 for uid in copies if uid is not None and uid not in prior.by_sop_instance_uid)
