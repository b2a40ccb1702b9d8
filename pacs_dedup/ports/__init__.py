"""One Protocol per file: what the pipeline needs of the world, and what holds after each call."""
