"""What waits for a person: the rules, the list over them, and putting an item off for a while."""
