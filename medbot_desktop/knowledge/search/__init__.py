"""Find what answers a question: what is asked, the first searches, the second look, the order."""
