"""Whole invented lives against the real local engine, and a judge who knows nothing of our rules' code."""
