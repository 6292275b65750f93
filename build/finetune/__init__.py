"""Teach the small text model a task of the clinic: a LoRA trained on the CPU, and both runtimes' files made from it."""
