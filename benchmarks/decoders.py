"""Which decoder is right: every compressed file of a folder of real images, decoded by everything that can.

    .venv/bin/python benchmarks/decoders.py [--corpus ../shared/corpus] [--write docs/decoders.md]

Lossless files are judged by the samples of the same image without compression, or as RLE, that the folder's list of
equal pixels names; where it names none, by what decoders of at least two transfer syntaxes agree on. Lossy files are
compared with the lossless original where the folder has one, and with our own decoder. Ours decodes to stored values;
the peers are asked for the same: pydicom's plug-ins raw, DCMTK without colour conversion; SimpleITK has no such choice.
"""

import argparse
import csv
import subprocess
import tempfile
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import SimpleITK
from numpy.typing import NDArray
from pydicom.pixels import get_decoder
from pydicom.uid import UID

from benchmarks.measure import conditions, table
from pacs_dedup.dicom.code_streams import CODECS, LOSSY_SYNTAXES
from pacs_dedup.dicom.decode_pixels import decode_frames
from pacs_dedup.dicom.open_dataset import open_dataset

OURS = "ours"
RLE = "1.2.840.10008.1.2.5"
PLUGINS = ("gdcm", "pylibjpeg", "pyjpegls", "pillow", "pydicom")
DCMTK = {"4.5": "dcmdjpeg", "4.7": "dcmdjpeg", "4.8": "dcmdjpls", "5": "dcmdrle"}
VARIANTS = ("JPLL", "JPLY", "J2KR", "J2KI", "JLSL", "JLSN", "RLE", "UNC")
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class File:
    """One compressed image; ``source`` names the image that it was made from, ``group`` the files with equal pixels."""

    path: Path
    syntax: str
    group: str
    source: str

    @property
    def lossless(self) -> bool:
        return self.syntax not in LOSSY_SYNTAXES


@dataclass(slots=True)
class Tally:
    """What one decoder did with the files of one transfer syntax."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    decoded: int = 0
    failed: int = 0
    from_original: list[float] = field(default_factory=list)
    from_ours: list[float] = field(default_factory=list)

    def lossless(self) -> str:
        if not (self.right or self.wrong or self.decoded or self.failed):
            return "-"
        return f"{self.right} / {len(self.wrong)} / {self.failed}"

    def lossy(self) -> str:
        if not (self.decoded or self.failed):
            return "-"
        figures = (self.from_original, self.from_ours)
        typical = ", ".join(f"{median(each):,.0f} to {max(each):,.0f}" if each else "-" for each in figures)
        return f"{self.decoded} / {self.failed}, {typical}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=Path(__file__).parents[2] / "shared" / "corpus")
    parser.add_argument(
        "--write", type=Path, help="a Markdown file whose text after the line '## Measured' is replaced"
    )
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    files = compressed_files(chosen.corpus)
    decoded = {file: {name: attempt(decode, file) for name, decode in decoders().items()} for file in files}
    report = written(tallies(decoded, truths(decoded, chosen.corpus)))
    print(report)
    if chosen.write:
        before = chosen.write.read_text(encoding="utf-8").partition("## Measured")[0]
        chosen.write.write_text(f"{before}## Measured\n\n{report}\n", encoding="utf-8")


def decoders() -> Mapping[str, Callable[[File], Array | None]]:
    """Everything that can be asked; a decoder returns None for what it never says it can."""
    plugins = {name: partial(by_plugin, name) for name in PLUGINS}
    return {OURS: by_ours, **plugins, "DCMTK": by_dcmtk, "SimpleITK": by_simpleitk}


def by_ours(file: File) -> Array:
    return np.stack([frame.array for frame in decode_frames(open_dataset(file.path))])


def by_plugin(name: str, file: File) -> Array | None:
    try:
        if name not in get_decoder(UID(file.syntax)).available_plugins:
            return None
    except NotImplementedError:
        return None
    return pydicom.pixels.pixel_array(file.path, raw=True, decoding_plugin=name)


def by_dcmtk(file: File) -> Array | None:
    command = next((program for start, program in DCMTK.items() if short(file.syntax).startswith(start)), None)
    if command is None:
        return None
    keep = ["--conv-never"] if command == "dcmdjpeg" else []
    with tempfile.TemporaryDirectory() as folder:
        native = Path(folder) / "native.dcm"
        subprocess.run([command, *keep, str(file.path), str(native)], check=True, capture_output=True)
        return by_ours(File(native, "", "", ""))


def by_simpleitk(file: File) -> Array:
    return SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(file.path)))


def attempt(decode: Callable[[File], Array | None], file: File) -> Array | str | None:
    """Decode, and name what went wrong instead of raising it: a decoder may raise anything."""
    try:
        return decode(file)
    except Exception as error:  # noqa: BLE001 - that is what is measured
        return type(error).__name__


def compressed_files(corpus: Path) -> list[File]:
    group_of = {path: group for group, paths in equal_groups(corpus).items() for path in paths}
    with (corpus / "MANIFEST.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["rows"] and (row["ts"] in CODECS or row["ts"] == RLE)]
    return [
        File(corpus / row["path"], row["ts"], group_of.get(row["path"], ""), source_of(row["path"])) for row in rows
    ]


def equal_groups(corpus: Path) -> Mapping[str, list[str]]:
    groups = defaultdict(list)
    with (corpus / "PIXEL_EQUAL_GROUPS.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            groups[row["group"]].append(row["path"])
    return groups


def source_of(path: str) -> str:
    """Name the image that was compressed, where the file's name tells."""
    folder, name = Path(path).parts[0], Path(path).name
    if name.startswith("CTImage.dcm"):
        return f"{folder}/CTImage"
    stem, _, variant = name.partition(".")[0].rpartition("_")
    return f"nema/{stem}" if variant in VARIANTS else ""


Decoded = Mapping[File, Mapping[str, Array | str | None]]


def truths(decoded: Decoded, corpus: Path) -> Mapping[str, Array]:
    """Return the samples of each group of equal lossless files, and of each source that such a group has."""
    members: dict[str, list[File]] = defaultdict(list)
    for file in decoded:
        if file.group and file.lossless:
            members[file.group].append(file)
    paths = equal_groups(corpus)
    found: dict[str, Array] = {}
    for group, files in members.items():
        plain = [File(corpus / path, "", group, "") for path in paths[group] if is_plain(corpus / path)]
        truth = by_ours(plain[0]) if plain else agreed((file, decoded[file]) for file in files)
        if truth is not None:
            found[group] = truth
            found.update(dict.fromkeys((file.source for file in files if file.source), truth))
    return found


def is_plain(path: Path) -> bool:
    """Tell whether a file is native or run-length encoded: no arithmetic that a decoder could get wrong."""
    syntax = open_dataset(path, stop_before_pixels=True).file_meta.get("TransferSyntaxUID", "")
    return syntax not in CODECS


def agreed(results: Iterable[tuple[File, Mapping[str, Array | str | None]]]) -> Array | None:
    """Return the samples that decoders found in files of the most transfer syntaxes, if those are at least two."""
    votes: dict[bytes, set[str]] = defaultdict(set)
    arrays: dict[bytes, Array] = {}
    for file, outputs in results:
        for array in outputs.values():
            if isinstance(array, np.ndarray):
                key = array.astype(np.int64).tobytes()
                votes[key].add(file.syntax)
                arrays[key] = array
    best = max(votes, key=lambda key: len(votes[key]), default=None)
    return arrays[best] if best is not None and len(votes[best]) > 1 else None


def tallies(decoded: Decoded, known: Mapping[str, Array]) -> Mapping[str, Mapping[str, Tally]]:
    counted: dict[str, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    for file, outputs in decoded.items():
        for name, output in outputs.items():
            if output is not None:
                count(counted[file.syntax][name], file, output, known, outputs[OURS])
    return counted


def count(tally: Tally, file: File, output: Array | str, known: Mapping[str, Array], ours: Array | str | None) -> None:
    truth = known.get(file.group) if file.lossless else known.get(file.source)
    if isinstance(output, str):
        tally.failed += 1
    elif file.lossless and truth is not None:
        if difference(output, truth) == 0:
            tally.right += 1
        else:
            tally.wrong.append(file.path.name)
    else:
        tally.decoded += 1
        for reference, differences in ((truth, tally.from_original), (ours, tally.from_ours)):
            if isinstance(reference, np.ndarray):
                differences.append(difference(output, reference))


def difference(one: Array, other: Array) -> float:
    """Return the largest difference between samples; infinite where there are not as many."""
    if one.size != other.size:
        return float("inf")
    return float(np.abs(one.astype(np.float64).ravel() - other.astype(np.float64).ravel()).max())


def written(counted: Mapping[str, Mapping[str, Tally]]) -> str:
    names = list(decoders())
    rows: dict[bool, list[list[str]]] = {True: [], False: []}
    for syntax in sorted(counted):
        lossless = syntax not in LOSSY_SYNTAXES
        cell = Tally.lossless if lossless else Tally.lossy
        label = f"{short(syntax)} {UID(syntax).name}"
        rows[lossless].append([label, *(cell(counted[syntax].get(name, Tally())) for name in names)])
    wrong = Counter(
        (name, path) for by_name in counted.values() for name, tally in by_name.items() for path in tally.wrong
    )
    listed = [f"* {name}: {path}" for name, path in sorted(wrong) if name != "SimpleITK"]
    return "\n".join(
        (
            f"{conditions()}, imagecodecs {imagecodecs.__version__}, pydicom {pydicom.__version__}\n",
            "Lossless: files that came out right / wrong / not at all; files without a reference count in none.\n",
            table(["transfer syntax", *names], rows[True]),
            "\nLossy: files that came out / failed, then the largest difference of a file's samples (median to maximum"
            "\nover files) from the original, and from ours.\n",
            table(["transfer syntax", *names], rows[False]),
            "\nWrong, SimpleITK apart:\n",
            *(listed or ["none"]),
        )
    )


def short(syntax: str) -> str:
    return syntax.removeprefix("1.2.840.10008.1.2.")


if __name__ == "__main__":
    main()
