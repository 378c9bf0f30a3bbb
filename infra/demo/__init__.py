"""A quarter of a year in an invented area, played through the engine, and the summary that a coordinator reads."""
