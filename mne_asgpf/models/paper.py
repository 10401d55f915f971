"""Where the method is published."""

PAPER_URL = "https://doi.org/10.1109/TBME.2025.3605790"
