"""The parts that make_samples.py puts together: invented people, phantoms, headers, changes and stories."""
