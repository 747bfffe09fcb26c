"""Letters to customers: the invitation link, the texts, the letter itself and its `.eml` file."""
