"""Pictures are SVG files, which a browser and a diff can show."""

from pytest_textual_snapshot import SVGImageExtension

SVGImageExtension.file_extension = "svg"
