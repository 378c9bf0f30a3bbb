"""Tests of the river: the wire, and the spine against a small office in memory and the real one."""
