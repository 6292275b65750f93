"""The command line `medbot`: one module for each group of commands."""
