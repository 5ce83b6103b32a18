"""Open data: files of a plan's editions, each declared once."""
