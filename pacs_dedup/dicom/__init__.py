"""Bytes <-> domain values. pydicom lives here; no disk except the file that is read, no socket."""
