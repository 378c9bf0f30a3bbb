"""Mutation testing of the gate: each small change to its code must turn a test of the handlers red."""
