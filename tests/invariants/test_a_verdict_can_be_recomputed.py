"""Evidence, policy and versions are kept with a verdict; deciding again from what was kept gives it again."""

from hypothesis import given
from pydantic import TypeAdapter

from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.evidence import Evidence
from pacs_dedup.domain.fingerprint import DIGEST_VERSION, InstanceFingerprint
from pacs_dedup.domain.policy import Policy
from pacs_dedup.domain.verdict import RULES_VERSION, Verdict
from tests.builders import evidence_of
from tests.strategies import evidences, policies, stacks

VERDICTS = TypeAdapter(Verdict)


def recomputed(kept: bytes) -> Verdict:
    verdict = VERDICTS.validate_json(kept)
    return decide(verdict.evidence, verdict.policy)


@given(evidences(), policies)
def test_from_any_evidence(evidence: Evidence, policy: Policy) -> None:
    verdict = decide(evidence, policy)
    assert recomputed(VERDICTS.dump_json(verdict)) == verdict


@given(stacks, stacks, policies)
def test_from_the_evidence_of_two_studies(
    incoming: list[InstanceFingerprint], prior: list[InstanceFingerprint], policy: Policy
) -> None:
    verdict = decide(evidence_of(incoming, prior), policy)
    assert recomputed(VERDICTS.dump_json(verdict)) == verdict


@given(evidences(), policies)
def test_the_versions_of_digests_and_rules_are_kept_with_it(evidence: Evidence, policy: Policy) -> None:
    verdict = VERDICTS.validate_json(VERDICTS.dump_json(decide(evidence, policy)))
    assert (verdict.digest_version, verdict.rules_version) == (DIGEST_VERSION, RULES_VERSION)
