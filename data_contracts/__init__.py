"""What may come in and what each value means. The floor: imports no other room."""
