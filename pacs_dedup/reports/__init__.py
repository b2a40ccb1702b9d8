"""Domain values -> HTML, CSV and JSON bytes. No disk."""
