"""The rules: values and pure functions. No I/O, clock, logging, arrays or pydicom.

* fingerprint, header, identifiers: what is kept of an instance
* blocking: which studies deserve a comparison
* patients: one person, or two?
* acquisitions: one acquisition, or two?
* frames: which frame is which, and what of one study the other has
* compare, evidence: all of these as weighed comparisons
* relation, decide, verdict, policy: what it amounts to, how sure, and what follows
* sentences: the same in words
* cluster, case: from verdicts to what a person is asked
"""
