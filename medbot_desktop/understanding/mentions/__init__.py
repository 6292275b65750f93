"""What else a message names beside its signs and medicines: when, who, where on the body, and how to be reached."""
