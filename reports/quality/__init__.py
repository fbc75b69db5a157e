"""Quality report: one page a measure."""
