"""The greatest sizes of table files; a larger file is refused before it fills the memory.

A file of a few MB can unpack to gigabytes, by accident or on purpose. A list of 100,000 customers
with 30 columns is well within each bound.
"""

MOST_COLUMNS = 1_000
"""The columns of any table. The portal's export has four, the API's flattened list about sixty.
Each heading is compared with all names of all fields."""

MOST_ROWS = 1_048_576
"""The rows of an XLSX sheet. The format allows no more: `XFD1048576` is the last cell."""

LONGEST_LINE = 4 * 1024**2
"""The characters in a row of any table, and in a line of a text file: 1,000 cells of 4,000 each."""

LONGEST_ROW = 8 * 1024**2
"""The bytes of XML in a row of an XLSX sheet: `LONGEST_LINE` with the tags around the cells."""

MOST_SHEET_XML = 2 * 1024**3
"""The bytes of XML in an XLSX sheet. 100,000 rows of 30 columns need 150 MB, a million of 13 need
700 MB. A sheet is read in bands, so this bounds the time, not the memory."""

MOST_SHARED_XML = 192 * 1024**2
"""The bytes of XML in the shared texts of an XLSX file, all of which are in memory. 3 million
different texts of 20 letters (100,000 rows of 30) need 130 MB."""

MOST_PART_XML = 32 * 1024**2
"""The bytes of XML in any other needed part, such as styles. They seldom exceed 1 MB."""

MOST_MERGED_XML = 8 * 1024**2
"""Bytes of XML that name the merged cells of an XLSX sheet: 250,000 of them."""

MOST_PARTS = 10_000
"""The parts of an XLSX file. Each sheet, chart, comment and picture is a part; files have hundreds
at most."""

MOST_SHEETS = 1_000
"""The sheets of a workbook, all of which may have to be read to find one with content."""

MOST_FILE = 256 * 1024**2
"""The bytes of a workbook's file. 100,000 rows of 30 columns need 15 MB as XLSX, 60 MB as XLS."""

MOST_UNPACKED = 512 * 1024**2
"""The unpacked bytes of an ODS or XLSB file, which is read whole. 100,000 rows of 30 columns need
350 MB."""

MEMORY = 1024**3
"""The bytes of memory for the process that reads a workbook, in case no other bound applies."""

SECONDS = 300
"""The seconds of processor time for that process."""
