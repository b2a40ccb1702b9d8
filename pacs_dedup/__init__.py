"""pacs_dedup finds copied DICOM studies in hospital archives and says, for every verdict, why.

One instance takes six steps; each is a module of `pacs_dedup.pipeline`:

    receive      bytes -> blob store (durable) -> arrival recorded (durable) -> status 0x0000
    fingerprint  blob -> digests, signatures, identity, acquisition -> index
    settle       quiet period over -> the generation of the study is closed
    match        blocking keys -> candidates -> evidence -> verdict, appended
    act          forward, or hold back, as the site's policy allows
    notify       case, report

Start reading at `pacs_dedup.domain` (the rules), then `pacs_dedup.pipeline` (the steps), then `pacs_dedup.wiring`.
"""

__version__ = "0.1.0"
