"""How long things take and how much they need, measured by hand and never in `make check`."""
