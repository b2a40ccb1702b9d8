"""The README of the folder, written from the stories so that it can not fall behind them."""

from maker.story import Story

_HEAD = """# Sample studies

Every folder is a story: a study that is sent, and a later sending that has to be judged against it. The folders below
it are the sendings, in order; `expected.toml` says in plain words what happens, who sends, and what the verdict on the
**last sending against the first** has to be.

**Nothing here comes from a person or a hospital.** Pixels are computed phantoms with computed noise. People, numbers,
hospitals and machines are invented; identity card numbers carry the prefix ZZ, of which we know no issued card, and a
valid check digit. All of it is dedicated to the public domain (CC0 1.0); the script is under Apache-2.0 like the rest.

    python dicom_samples/make_samples.py            # writes this folder anew, byte for byte the same
    python dicom_samples/make_samples.py --check    # says what differs
    dcmsend --decompress-never +sd -aet QEHPACS -aec PACSDEDUP localhost 11112 dicom_samples/01-retransmission/01-qeh

Noise is drawn anew for each exposure and kept by every copy: it is what tells a copy from a repeated exposure. Slices
are small (88 to 176 pixels a side), so that the whole folder stays under six megabytes.

## Stories

| folder | what happens | how it was made | verdict | disposition |
|---|---|---|---|---|
"""

_TAIL = """
## expected.toml

| key | meaning |
|---|---|
| `title`, `what` | the story in a line and in a paragraph |
| `[[send]]` `folder`, `calling_ae` | what is sent under which calling AE title, in this order |
| `[expect]` `relation` | a `Relation` of `pacs_dedup/domain/verdict.py` |
| `disposition` | a `Disposition`, where the site's action is `flag` |
| `disposition_if_quarantine_allowed` | the same, where the action is `quarantine` |
| `patient` | a `PatientTier` of `pacs_dedup/domain/evidence.py` |
| `reasons` | `Fact`s of the same file that must be among those that speak for the verdict |
| `quiet` | why nobody is to be bothered, or nothing held, where that is the point |
"""


def readme(stories: list[Story]) -> str:
    """Write README.md for these stories."""
    return _HEAD + "".join(map(_row, stories)) + _TAIL


def _row(story: Story) -> str:
    expect = story.expect
    disposition = expect.disposition
    if expect.if_quarantine_allowed:
        disposition += f" ({expect.if_quarantine_allowed} where the site allows it)"
    return f"| `{story.name}` | {story.title} | {story.made} | {expect.relation} | {disposition} |\n"
