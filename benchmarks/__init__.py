"""Benchmarks of speed and memory, beside other programs in the same run; ratios are compared."""
