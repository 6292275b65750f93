"""Local model runtimes: the catalogue of weights, the embedder, the text model in its child process, the devices."""
