"""Bills made by programs that nobody here wrote, loaded and added up again."""
