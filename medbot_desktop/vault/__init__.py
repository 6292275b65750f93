"""The encrypted store: one SQLCipher database for everything that is remembered."""
