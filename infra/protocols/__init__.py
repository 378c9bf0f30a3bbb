"""The local protocols as dated files: one national and one typical pack a nation, and the bank holidays."""
