"""MedBot Desktop: a clinic's assistant that runs wholly on one computer, with no network."""

__version__ = "0.1.0"
