"""The private side: from delivered files to coded incidents; nothing of it leaves the vault."""
