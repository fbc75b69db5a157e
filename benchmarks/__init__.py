"""Measure what a release is worth, on records that are made up. One file a benchmark."""
