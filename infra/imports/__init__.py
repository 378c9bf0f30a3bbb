"""What other systems give us in files: the children in need census, and tables of who is who. Read here, row by row;
what cannot be used is told with its reason, and the rest enters by the door of `quorate publish`."""
