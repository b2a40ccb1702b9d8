"""``pacs-dedup`` and ``python -m pacs_dedup``."""

import sys

from pacs_dedup.entrypoints.cli.app import run


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":  # child processes import this module and must not start another service
    main()
