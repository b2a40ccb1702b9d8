"""A story: who sends what, and what the verdict on the last sending against the first has to be."""

from dataclasses import dataclass

from maker.encode import Instance, file_bytes


@dataclass(frozen=True, slots=True)
class Sending:
    """One study on its way from one calling AE title, in a folder of its own."""

    folder: str
    calling_ae: str
    instances: tuple[Instance, ...]


@dataclass(frozen=True, slots=True)
class Expect:
    """The verdict: names of the domain's relations, dispositions, patient links and facts."""

    relation: str
    disposition: str
    patient: str
    reasons: tuple[str, ...] = ()
    if_quarantine_allowed: str = ""
    quiet: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One folder of dicom_samples.

    Attributes:
        made: one sentence on how the pixels and headers came about, for README.md.
    """

    name: str
    title: str
    what: str
    made: str
    sendings: tuple[Sending, ...]
    expect: Expect

    def files(self) -> dict[str, bytes]:
        """Give the content of every file, by its path below dicom_samples/."""
        found = {f"{self.name}/expected.toml": self.expected_toml().encode()}
        for sending in self.sendings:
            for number, instance in enumerate(sending.instances, 1):
                found[f"{self.name}/{sending.folder}/{number:04d}.dcm"] = file_bytes(instance)
        return found

    def expected_toml(self) -> str:
        """Write what a test and a demonstration have to find."""
        expect = self.expect
        lines = [f"title = {_quoted(self.title)}", f"what = {_quoted(self.what)}", ""]
        for sending in self.sendings:
            lines += ["[[send]]", f'folder = "{sending.folder}"', f'calling_ae = "{sending.calling_ae}"', ""]
        lines += [
            "[expect]",
            f'relation = "{expect.relation}"',
            f'disposition = "{expect.disposition}"',
            f'disposition_if_quarantine_allowed = "{expect.if_quarantine_allowed or expect.disposition}"',
            f'patient = "{expect.patient}"',
            f"reasons = [{', '.join(map(_quoted, expect.reasons))}]",
        ]
        if expect.quiet:
            lines.append(f"quiet = {_quoted(expect.quiet)}")
        return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
