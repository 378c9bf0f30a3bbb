"""The site over real HTTP, on real databases, and in a real browser."""
