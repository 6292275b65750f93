"""Find and mend what is wrong with the libraries, and embed them again."""
