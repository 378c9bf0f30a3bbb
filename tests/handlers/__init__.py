"""The rules, tested as they are read aloud: a date is written with its weekday, and nothing is mocked."""
