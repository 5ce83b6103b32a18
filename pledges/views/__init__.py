"""This room's staff pages: people, departments, the audit log."""
