"""One turn of conversation: read, watch for danger, answer, remember."""
