"""The demo: three plans, made from published facts or made up, in the project's own words.

Naju's pledge card, Boryeong's 65 pledges, and the whole plan of 한빛시, a city
that does not exist. The plans are written as workbooks and come in through the
same door as real ones (``reports.workbook``).
"""
