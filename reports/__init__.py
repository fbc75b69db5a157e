"""Public side: reads released tables and parameters, nothing else."""
