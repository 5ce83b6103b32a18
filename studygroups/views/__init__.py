"""The pages of employees, planning office, judges and departments."""
