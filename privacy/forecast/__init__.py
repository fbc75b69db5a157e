"""Say before any record is read what a release will show: sizes, loss to the clip, shares."""
