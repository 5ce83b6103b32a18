"""What each hostile workbook must get: the rules of ``hostile-cases.md``, and its POLICY cases as settled."""

import unicodedata

# What becomes of a file. REFUSED: an error in plain words, nothing changed. CELL: refused, naming sheet and
# cell. SAME: taken, nothing changes. TAKEN: taken, and something is stored. SAFE: refused or nothing changes.
REFUSED, CELL, SAME, TAKEN, SAFE = "refused", "cell", "same", "taken", "safe"

USUAL = {
    "REJECT_FILE": REFUSED,
    "REJECT_ROW": CELL,
    "IGNORE": SAME,
    "BOUNDED": SAFE,
    "LITERAL": TAKEN,
    "NORMALISE": TAKEN,
}
# The settled ones, and those where the sheet that a case is made from decides what the rule comes to.
SETTLED = {
    "a08_csv_cp949": REFUSED,
    "a09_csv_utf8_bom": REFUSED,
    "a12_csv_tab": REFUSED,
    "a41_csv_vertical_tab": REFUSED,
    "c02_sheet_trailing_space": SAME,
    "c03_sheet_name_nfd": SAME,
    "c06_second_data_sheet": SAME,
    "c07_very_hidden_sheet": REFUSED,
    "c12_number_header_missing": SAME,
    "c15_header_spaces": SAME,
    "c17_extra_privileged_columns": REFUSED,
    "c18_title_rows_above": SAME,
    "c22_total_row": SAME,
    "c23_hidden_row": SAME,
    "c24_hidden_column": SAME,
    "c29_date1904": SAME,
    "c31_row_removed": SAME,
    "k07_unknown_key": TAKEN,
    "k08_key_float": TAKEN,
    "k09_key_leading_zero": TAKEN,
    "k10_key_fullwidth": SAME,
    "k11_keys_swapped": TAKEN,
    "t14": TAKEN,
    "t18": CELL,
    "t20": TAKEN,
    "t22": TAKEN,
    "t26_escaped_controls": TAKEN,
    "d01": TAKEN,
    "d02": TAKEN,
    "d04": TAKEN,
    "d12": CELL,
    "d13": TAKEN,
    "d17": TAKEN,
    # Some programs do write such a style; the cell's text is what counts.
    "a29_bad_style_index": TAKEN,
    # 소요예산 is read as strictly as any amount and only compared: what can be read changes nothing.
    "n03": SAME,
    "n05": SAME,
    "n06": SAME,
    "n11": SAME,
    "n12": CELL,
    "n14": SAME,
    "n15": SAME,
    "n16": CELL,
    "n17": CELL,
    "n18": CELL,
    "n19": CELL,
    "n20": SAME,
    "n30": SAME,
    "n31": SAME,
    "n32": SAME,
    "n33": SAME,
    "n54": SAME,
    "n55": SAME,
    "n56_empty_string": SAME,
    "f02_cached": SAME,
}
# What is told beside a file that is taken: a warning, or a sheet that was passed over.
WARNED = {"c23_hidden_row", "c24_hidden_column", "t20"}
IGNORED_SHEET = {"c06_second_data_sheet"}
# The text that is stored where it is not just the cell's own, composed (NFC) and trimmed.
TEXTS = {
    "t14": "ab",
    "t15": "제목",
}
# The files about dates that are taken all say the first of July 2026.
DAY = "2026-07-01"
DAYS = {"d17": "2026-06-30"}


def expected(case: dict) -> str:
    return SETTLED.get(case["id"]) or USUAL[case["expect"]]


def stored_text(case: dict, cell: str) -> str:
    """The text that is stored of a cell that reads ``cell``; what was done is a single line."""
    if case["sheet"] == "추진실적" and case["id"] not in TEXTS:
        cell = " ".join(cell.split()) if "\n" in cell else cell
    return TEXTS.get(case["id"], unicodedata.normalize("NFC", cell.replace("\r\n", "\n")).strip())
