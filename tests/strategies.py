"""What hypothesis draws: names, patients, fingerprints, coverage and whole evidence, valid by construction."""

from dataclasses import replace

from hypothesis import strategies as st

from pacs_dedup.domain.evidence import Comparison, Coverage, Evidence, Fact, Group, PatientTier, SopFindings
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.patients.identity import CheckState, IdentifierKind, PatientId, PatientIdentity, PersonNameParts
from pacs_dedup.domain.policy import Action, Policy
from tests.builders import NOBODY, PATIENT, STRANGER, make_frame, make_instance, make_patient

_words = st.lists(st.sampled_from(["CHAN", "WONG", "TAI", "MAN", "TAIMAN", "T", "M", "PETER"]), max_size=3).map(tuple)

names = st.builds(
    PersonNameParts,
    family=_words,
    given=_words,
    hanzi=st.sampled_from(["", "陈", "陈大文", "黄小明"]),
    family_known=st.booleans(),
    unreadable=st.booleans(),
    placeholder=st.booleans(),
)
_NUMBERS = {
    IdentifierKind.HKID: ["A123456", "A123457", "A132456", "L123456"],
    IdentifierKind.MAINLAND_ID: ["11010519491231002X", "110105196002290036"],
    IdentifierKind.LOCAL: ["A123456", "4711", "123456"],
}
patient_ids = st.sampled_from(IdentifierKind).flatmap(
    lambda kind: st.builds(
        PatientId,
        value=st.sampled_from(_NUMBERS[kind]),
        issuer=st.sampled_from(["", "QEH", "PMH"]),
        kind=st.just(kind),
        check=st.sampled_from(CheckState),
        previous=st.booleans(),
    )
)
patients = st.builds(
    PatientIdentity,
    ids=st.lists(patient_ids, max_size=3).map(tuple),
    name=names,
    birth_date=st.sampled_from(["", "1960", "196002", "19600229", "19600228", "19600101", "19870101", "19600302"]),
    sex=st.sampled_from(["", "F", "M"]),
    other_names=st.lists(names, max_size=1).map(tuple),
    other_birth_dates=st.lists(st.sampled_from(["1960", "19600229"]), max_size=1).map(tuple),
)
frames = st.builds(
    lambda pixels, value, turned, informative: make_frame(
        pixels,
        value_digest=value and make_frame(value).stored_digest,
        orientation_digest=turned and make_frame(turned).stored_digest,
        informative=informative,
    ),
    st.sampled_from("abcdef"),
    st.sampled_from([None, "u", "v"]),
    st.sampled_from([None, None, "w"]),
    st.booleans(),
)
instances = st.builds(
    lambda name, made, patient: make_instance(str(name), frames=tuple(made), patient=patient),
    st.integers(1, 6),
    st.lists(frames, max_size=4),
    st.sampled_from([PATIENT, PATIENT, STRANGER, NOBODY, make_patient(PatientId("1", issuer="QEH"))]),
)
stacks: st.SearchStrategy[list[InstanceFingerprint]] = st.lists(instances, max_size=8)

_some = st.integers(0, 5)


@st.composite
def coverages(draw: st.DrawFn) -> Coverage:
    """Coverage in which no side has more partners than items."""
    exact, value, verified, new, old = (draw(_some) for _ in range(5))
    matched = exact + value + verified
    tried = left = draw(_some)
    said = []  # what the looks said, one after the other; the rest gave no answer
    for _ in range(4):
        said.append(draw(st.integers(0, left)))
        left -= said[-1]
    confirmed, sketched, rejected, reconstructed = said
    return Coverage(
        incoming=matched + draw(_some) + new,
        prior=matched + draw(_some) + old,
        exact=exact,
        value=value,
        verified=verified,
        images_matched=draw(st.integers(0, matched)),
        uninformative=draw(_some),
        new_content=new,
        prior_only_content=old,
        unreadable_incoming=draw(_some),
        unreadable_prior=draw(_some),
        tried=tried,
        confirmed=confirmed,
        sketched=sketched,
        rejected=rejected,
        reconstructed=reconstructed,
        new_uninformative=draw(st.integers(0, 2)),
        renewed=draw(st.integers(0, matched)),
        turned=draw(st.integers(0, 2)),
    )


@st.composite
def sop_findings(draw: st.DrawFn) -> SopFindings:
    """Findings that add up to the number of shared UIDs."""
    kinds = [draw(st.integers(0, 2)) for _ in range(7)]
    found = SopFindings(sum(kinds), *kinds)
    refuted = draw(st.integers(0, found.conflicting))
    return replace(found, refuted=refuted, objects=draw(st.integers(0, found.conflicting - refuted)))


_LEVELS = {
    Fact.STUDY_INSTANCE_UID: ["equal", "differs"],
    Fact.SOURCE_REFERENCES: ["none", "to_prior", "to_incoming", "renamed"],
    Fact.EVENT_UIDS: ["missing", "shared", "differs"],
    Fact.ACQUISITION_TIME: [
        "missing",
        "equal",
        "shifted",
        "shifted_days",
        "same_day",
        "same_day_other_extent",
        "other_day",
    ],
    Fact.DEVICE: ["missing", "serial_equal", "model_equal", "differs"],
    Fact.KERNEL: ["missing", "equal", "differs"],
    Fact.ACCESSION_NUMBER: ["missing", "equal", "differs"],
    Fact.PRESENTATION: ["equal", "differs", "not_comparable"],
    Fact.OVERLAYS: ["equal", "differs"],
    Fact.ORIENTATION: ["equal", "differs", "turned"],
    Fact.FRAME_OF_REFERENCE: ["missing", "equal", "differs"],
    Fact.ACQUISITION_FRACTIONS: ["missing", "equal", "differs"],
    Fact.PATIENT_NAME: ["lat_exact", "syl_diff1", "diff", "null"],
}


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    """Any evidence that a comparison could come to, and many that it could not."""
    facts = draw(st.sets(st.sampled_from(sorted(_LEVELS))))
    comparisons = tuple(
        Comparison(fact, Group.STRUCTURE, draw(st.sampled_from(_LEVELS[fact])), draw(st.floats(-20, 20)), f"{fact}")
        for fact in sorted(facts)
    )
    return Evidence(
        comparisons=comparisons,
        coverage=draw(coverages()),
        sop=draw(sop_findings()),
        patient_tier=draw(st.sampled_from(PatientTier)),
        incoming_instances=draw(st.integers(0, 12)),
        prior_instances=draw(st.integers(0, 12)),
        same_source=draw(st.booleans()),
        total_bits=draw(st.floats(-80, 120)),
        patient_bits=draw(st.floats(-40, 60)),
        better=draw(st.sampled_from(["incoming", "prior", "equal"])),
        quality_control=draw(st.booleans()),
        patient_vetoes=draw(st.sampled_from([(), ("a newborn goes by a provisional name",)])),
    )


policies = st.builds(Policy, action=st.sampled_from(Action))
