"""A year of England: the national volume of child protection meetings, invented from one seed, and settled."""
