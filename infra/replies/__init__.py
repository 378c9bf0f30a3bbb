"""What comes back by mail: read into a verdict, matched to whom we asked, and kept until a person or a rule is done."""
