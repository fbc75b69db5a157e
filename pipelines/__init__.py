"""Wires functions to tables: Dagster and the command line. No SQL, no arithmetic, no noise."""
