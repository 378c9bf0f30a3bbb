"""What Quorate promises, each test a sentence of policy; `make check` runs the quick ones."""
