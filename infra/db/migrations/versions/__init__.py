"""One file a change, numbered and named in words."""
