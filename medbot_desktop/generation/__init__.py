"""From passages to sentences that the passages support."""
