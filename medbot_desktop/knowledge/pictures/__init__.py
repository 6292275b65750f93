"""The text of photographs of labels, letters and cards, which become part of a message."""
