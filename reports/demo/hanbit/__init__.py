"""한빛시, which does not exist: one plan of 66 pledges in 5 areas, told quarter by quarter.

The pledges stand in the .toml files beside this module; ``pledges`` reads their
short forms and ``quarters`` writes the plan workbook of each quarter.
"""
