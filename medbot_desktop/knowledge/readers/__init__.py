"""Read what a clinic keeps its knowledge in: one reader for each kind of file, all behind one protocol."""
