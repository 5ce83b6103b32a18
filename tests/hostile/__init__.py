"""Hostile workbooks: made from a good one, sent in by the command and by the upload page."""
