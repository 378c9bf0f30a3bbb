"""The area's time: who is free when, and which slot a meeting gets."""
