"""Images that one study holds more than once, under other SOP Instance UIDs or in other encodings of one."""

from collections import defaultdict
from collections.abc import Hashable, Iterable

from pacs_dedup.domain.fingerprint import InstanceFingerprint, StudyFingerprint
from pacs_dedup.domain.frames.references import References, names_within
from pacs_dedup.domain.identifiers import Digest

Content = tuple[Hashable, ...]


def copy_groups(
    instances: Iterable[InstanceFingerprint], common: frozenset[Digest] = frozenset()
) -> tuple[tuple[InstanceFingerprint, ...], ...]:
    """Group instances with the same informative frames, or the same content of the same images; of two or more.

    Frames are grouped by stored digest, or by value digest where every frame has one, so that a rescaled or inverted
    copy joins its original; those of a segmentation or a dose together with what they mean. Instances of which every
    frame is uninformative or common never group.
    """
    instances = tuple(instances)
    references = names_within(instances)
    groups: dict[Content, list[InstanceFingerprint]] = defaultdict(list)
    leader: dict[Content, Content] = {}
    for instance in instances:
        contents = tuple(_contents(instance, common, references))
        if not contents:
            continue
        known = next((leader[c] for c in contents if c in leader), contents[0])
        leader.update(dict.fromkeys(contents, known))
        groups[known].append(instance)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def repeats_within(
    study: StudyFingerprint, common: frozenset[Digest] = frozenset()
) -> tuple[StudyFingerprint, StudyFingerprint] | None:
    """Split a study into the first instance of each copy group and the rest of those groups.

    Returns:
        (repeats, originals) as two studies of one key, or None where nothing repeats. Instances that share a SOP
        Instance UID but not their pixels count as repeats too, of the first of them, whatever that repeats itself: they
        are for `sop_findings` to judge.
    """
    groups = copy_groups(study.instances, common)
    repeated = {i.blob_id for group in groups for i in group[1:]}
    leader = {i.blob_id: group[0].blob_id for group in groups for i in group}
    for versions in study.by_sop_instance_uid.values():
        repeated |= {i.blob_id for i in versions[1:]}
        if len({leader.get(i.blob_id, i.blob_id) for i in versions}) > 1:
            repeated.discard(versions[0].blob_id)
    if not repeated:
        return None
    again = tuple(i for i in study.instances if i.blob_id in repeated)
    first = tuple(i for i in study.instances if i.blob_id not in repeated)
    return (
        StudyFingerprint(study.key, study.generation, again),
        StudyFingerprint(study.key, study.generation, first),
    )


def _contents(instance: InstanceFingerprint, common: frozenset[Digest], references: References) -> Iterable[Content]:
    speaks = any(f.informative and f.stored_digest not in common for f in instance.frames)
    if instance.frames and not speaks:
        return
    said = references.of_incoming(instance)
    if said is not None:
        yield said  # the content of an image is made over its frames too
    elif instance.frames:
        yield tuple(f.stored_digest for f in instance.frames)
        values = tuple(f.value_digest for f in instance.frames if f.value_digest is not None)
        if len(values) == len(instance.frames):
            yield values
