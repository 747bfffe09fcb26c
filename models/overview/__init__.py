"""The overview: what the book holds in numbers, as charts whose bars lead to lists."""
