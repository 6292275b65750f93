"""Reading a message: its language, what it wants, and what it says holds for whom."""
