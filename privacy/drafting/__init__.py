"""Help a program to write its policy: presets, a first draft, the schema of the file."""
