"""What was acquired, when and on what: the facts that survive a transfer, compared as multisets."""
