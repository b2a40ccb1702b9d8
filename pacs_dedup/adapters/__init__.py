"""The world behind the ports: one technology per module; none imports another."""
