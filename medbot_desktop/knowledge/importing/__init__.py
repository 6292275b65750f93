"""Bring files into libraries: the queue, the walk through folders, the staging."""
