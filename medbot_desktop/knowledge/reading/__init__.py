"""Read documents in a process that may be lost."""
