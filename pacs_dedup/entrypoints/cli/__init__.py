"""The command line, pacs-dedup: one module per noun. Data go to stdout, messages to stderr."""
