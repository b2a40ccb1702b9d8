"""One module per step: receive, fingerprint, settle, match, act; and the side flows."""
