"""Frames and instances side by side: which is which, what digests and looks at pixels say, how much is covered."""
