"""Whole stories, told to the real house."""
