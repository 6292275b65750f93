"""What was said in each conversation, stored turn by turn."""
