"""The suites of `medbot eval`: cases in, tables and reports out."""
