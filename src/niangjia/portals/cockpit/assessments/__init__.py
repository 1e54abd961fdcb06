"""Assessments and rounds on pages: sheets with every point explained, what was published, looks with their corrections."""
