"""The plan workbook of a city, in and out: one workbook is one plan."""

from reports.workbook.exporting import export_workbook
from reports.workbook.importing import import_workbook
from reports.workbook.results import ImportResult
from reports.workbook.staging import stage_workbook
from reports.workbook.template import write_template

__all__ = ["ImportResult", "export_workbook", "import_workbook", "stage_workbook", "write_template"]
