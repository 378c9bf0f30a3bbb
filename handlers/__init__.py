"""The rules, and nothing else: a handler is a judge, not a runner.

Each rule is a pure function of an event, a file, the protocol, the directory and the time it is handed.
It returns a decision and performs none of it. Nothing here reads a clock, a database, a mailbox or a file.
"""
