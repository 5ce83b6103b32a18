"""Marking cells of somebody else's .xlsx file: its parts stay, byte by byte, but for what is added.

Loading and saving a workbook whole would take hundreds of megabytes and lose what the library does not
know (pictures, controls, threads of comments). Here the XML of each part is read once, as a stream, for the
places that matter, and copied with insertions at those places.
"""
