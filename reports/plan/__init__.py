"""Say before any record is read how precise a release will be: in the terminal, and for a board."""
