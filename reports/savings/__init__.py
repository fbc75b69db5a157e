"""The savings report: what was freed, for whom, what became of it, and how sure that is."""
