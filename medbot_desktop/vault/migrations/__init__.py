"""The steps that bring a vault of any older version to the newest schema."""
