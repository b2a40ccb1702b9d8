"""Torture: the real service, real senders and real destinations, while what it stands on is killed, cut and filled up.

    make torture [MINUTES=30] [ROUNDS=] [SEED=]

A round sends instances, lets a few faults happen at random moments, mends everything, waits until nothing is left to do
and then compares three books: what senders were told (`ledger`), what the service holds (`observed`), and what the
destinations have (`destinations`). `checker` says what must agree. The first disagreement ends the run; the data stay
where they are, and the seed repeats the same faults at the same moments (other timing is the machine's own).
"""
