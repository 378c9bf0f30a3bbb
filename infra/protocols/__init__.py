"""The local protocols as dated files: packs of each nation, our defaults for all of them, and the bank holidays."""
