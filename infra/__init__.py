"""Everything that touches the world: the doors, the database, the broker, mail, calendars and papers.

Nobody imports this room but the tests. Decisions are made elsewhere; here they are written down, then done.
"""
