"""The Storage and Verification SCP."""
