"""The site that all reports share: shell, style, figures, index, card, downloads."""
