"""Speed and memory, measured side by side with what a bare program needs; ratios of one run."""
