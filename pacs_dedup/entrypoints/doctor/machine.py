"""What this machine can do: decode, spell, show, and how much of it."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

from pacs_dedup.config import Settings
from pacs_dedup.dicom.try_texts import try_texts
from pacs_dedup.domain.health import Finding, Health
from pacs_dedup.wiring.doctor import isolated_decoders

_MIB = 1 << 20
_DECODED_WITHIN = timedelta(seconds=20)
_FILES_PER_ASSOCIATION = 4
_FILES_BESIDE = 200
_FONTS_WITHIN_S = 20


def decoders(settings: Settings) -> Iterator[Finding]:
    """Decode a tiny built-in frame with every codec, in a child process with the limits of the configuration."""
    with closing(isolated_decoders(settings, _DECODED_WITHIN)) as decode:
        wrong = decode()
    for syntax, cause in wrong.items():
        if cause:
            remedy = "install the locked versions of requirements.lock anew"
            yield Finding(f"decoder {syntax}", Health.FAILED, cause, remedy)
    right = [syntax for syntax, cause in wrong.items() if not cause]
    yield (
        Finding("decoders", Health.OK, f"{', '.join(right)}: as encoded")
        if right
        else Finding("decoders", Health.FAILED, "none works", "install the locked versions of requirements.lock anew")
    )


def character_sets() -> Iterator[Finding]:
    """Read names in every character set of the region."""
    tried = try_texts()
    for name, cause in tried.items():
        if cause:
            remedy = "install the locked version of pydicom anew"
            yield Finding(f"character set {name}", Health.FAILED, cause, remedy)
    right = [name for name, cause in tried.items() if not cause]
    if right:
        yield Finding("character sets", Health.OK, f"{', '.join(right)}: as written")


def fonts() -> Iterator[Finding]:
    """Look for a font with Chinese characters, which a report opened or printed on this machine needs."""
    remedy = "apt-get install fonts-noto-cjk, if reports are opened or printed on this machine"
    program = shutil.which("fc-list")
    if program is None:
        yield Finding("fonts", Health.WARNING, "fontconfig is not installed, so nothing is known", remedy)
        return
    done = subprocess.run(  # noqa: S603 - fontconfig's own program, with fixed arguments
        [program, ":lang=zh-hk", "family"], capture_output=True, text=True, timeout=_FONTS_WITHIN_S, check=False
    )
    families = sorted({line.partition(",")[0] for line in done.stdout.splitlines() if line})
    if not families:
        yield Finding("fonts", Health.WARNING, "none has the characters of Hong Kong", remedy)
        return
    yield Finding("fonts", Health.OK, f"{len(families)} with the characters of Hong Kong, for example {families[0]}")


def limits(settings: Settings) -> Iterator[Finding]:
    """Compare open files and memory with what the configuration may need."""
    needed = settings.dicom.max_associations * _FILES_PER_ASSOCIATION + settings.limits.connections + _FILES_BESIDE
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    words = f"{allowed} may be open, {needed} may be needed"
    if allowed < needed:
        yield Finding("open files", Health.FAILED, words, "raise LimitNOFILE of the unit, or ulimit -n")
    else:
        yield Finding("open files", Health.OK, words)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    decoding = settings.workers.decode_memory_bytes
    receiving = settings.limits.receiving_bytes
    words = (
        f"{memory // _MIB} MiB; one of {settings.workers.decoders} decoders may take {decoding // _MIB} MiB, what is "
        f"being received {receiving // _MIB} MiB"
    )
    if decoding + receiving > memory:
        yield Finding("memory", Health.WARNING, words, "lower workers.decode_memory_mb or limits.receiving_mb")
    else:
        yield Finding("memory", Health.OK, words)
