"""What people fill in about study groups."""
