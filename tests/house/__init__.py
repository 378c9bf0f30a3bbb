"""Tests of the shape of the house: its walls, its words, its sizes and its dates."""
