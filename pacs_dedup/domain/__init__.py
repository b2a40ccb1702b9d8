"""The rules: values and pure functions. No I/O, clock, logging, arrays or pydicom."""
