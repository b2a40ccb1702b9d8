"""Feeds the product what no honest sender would send, a million times, and says what became of it.

``make fuzz`` runs every target; ``python -m benchmarks.fuzz --help`` tells more. Each input must end in a result, or in
an error of the product's own tree: everything else is a finding, and so is whatever takes longer than five seconds.
"""
