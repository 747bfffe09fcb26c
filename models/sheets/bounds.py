"""How much a table file may hold, and why: what holds more is refused before it fills the memory.

A file of a few MB can unpack to gigabytes, by accident or on purpose. Each bound lets a list of
100,000 customers with 30 columns pass, with room to spare.
"""

MOST_COLUMNS = 1_000
"""Of any table. The portal's export has four, the API's list unfolded some sixty; and each heading
is compared with all names of all fields."""

MOST_ROWS = 1_048_576
"""Of an XLSX sheet: no spreadsheet writes more (`XFD1048576` is its last cell)."""

LONGEST_LINE = 4 * 1024**2
"""Characters of a row of any table, and of a line of a CSV file: a thousand cells of 4,000 each."""

LONGEST_ROW = 8 * 1024**2
"""Bytes of XML in a row of an XLSX sheet: `LONGEST_LINE` with the tags around the cells."""

MOST_SHEET_XML = 2 * 1024**3
"""Bytes of XML in an XLSX sheet. 100,000 rows of 30 columns take 150 MB, a million of 13 take 700.
A sheet is read in bands, so this bounds the time, not the memory."""

MOST_SHARED_XML = 192 * 1024**2
"""Bytes of XML in the texts that an XLSX file's cells share, all of which have to be at hand. 3
million different texts of 20 letters (100,000 rows of 30) take 130 MB."""

MOST_PART_XML = 32 * 1024**2
"""Bytes of XML in any other part that is needed: styles, the list of sheets. Seldom over 1 MB."""

MOST_MERGED_XML = 8 * 1024**2
"""Bytes of XML that name the merged cells of an XLSX sheet: 250,000 of them."""

MOST_PARTS = 10_000
"""Parts of an XLSX file: each sheet, chart, comment and picture is one; hundreds at most."""

MOST_SHEETS = 1_000
"""Sheets of an XLSX file, all of which may have to be looked at to find one with content."""

MOST_FILE = 256 * 1024**2
"""Bytes of a workbook's file. 100,000 rows of 30 columns take 15 MB as XLSX, 60 as XLS."""

MOST_UNPACKED = 512 * 1024**2
"""Bytes of an ODS or XLSB file, unpacked: these are read whole. 100,000 rows of 30 take 350 MB."""

MEMORY = 1024**3
"""Bytes that the process which reads a workbook may take: what no other bound has foreseen."""

SECONDS = 300
"""Processor time that it may take."""
