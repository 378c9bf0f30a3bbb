"""Child protection conferences: by when they must be convened."""
