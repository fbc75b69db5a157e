"""Impact report: what changed where teams work, and whether the teams may be called the reason."""
