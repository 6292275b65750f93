"""Documents, their passages, and finding the passages that answer a question."""
