"""Each story of ``dicom_samples/`` gets the verdict that it tells, for the reasons that it tells."""

from collections.abc import Mapping

import pytest

from pacs_dedup.domain.policy import Action
from pacs_dedup.domain.verdict import Disposition, Judgement, Relation
from tests.scenarios.conftest import STORIES
from tests.scenarios.stories import Story

every_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)


@every_story
def test_a_story_gets_its_verdict(story: Story, action: Action, verdicts: Mapping[str, Judgement | None]) -> None:
    judgement = verdicts[story.name]
    expected = story.disposition if action is Action.FLAG else story.disposition_if_quarantine_allowed
    if judgement is None:
        assert (story.relation, expected) == (Relation.DISTINCT, Disposition.ACCEPT)
        return
    verdict = judgement.verdict
    assert (verdict.relation, verdict.disposition) == (story.relation, expected), verdict.sentence
    assert verdict.evidence.patient_tier == story.patient


@every_story
def test_a_verdict_gives_its_reasons(story: Story, verdicts: Mapping[str, Judgement | None]) -> None:
    judgement = verdicts[story.name]
    if judgement is None:
        assert not story.reasons, "reasons were expected, but the studies were never compared"
        return
    spoken = {c.fact for c in judgement.verdict.evidence.comparisons if c.sentence in judgement.verdict.reasons}
    assert story.reasons <= spoken


def test_every_relation_that_the_product_promises_has_a_story() -> None:
    told = {story.relation for story in STORIES}
    promised = {
        Relation.RESEND,
        Relation.TRANSCODED_RESEND,
        Relation.CORRECTED_RESEND,
        Relation.EXACT_COPY,
        Relation.LOSSY_COPY,
        Relation.LOSSY_TWIN,
        Relation.SUBSET,
        Relation.SUPERSET,
        Relation.OVERLAP,
        Relation.CONTINUED,
        Relation.UID_CONFLICT,
        Relation.WRONG_PATIENT,
        Relation.ORIENTATION_TWIN,
        Relation.COPY_PATIENT_UNKNOWN,
        Relation.REPEAT_ACQUISITION,
        Relation.DISTINCT,
        Relation.UNINFORMATIVE_MATCH,
        Relation.UNDIGESTABLE,
    }
    assert promised <= told
