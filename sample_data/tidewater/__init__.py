"""A fictional company's cloud bill: estate in, FOCUS 1.2 rows and the truth about them out."""
