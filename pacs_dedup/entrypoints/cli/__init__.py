"""The command line: pacs-dedup."""
