"""MedBot Desktop: a clinic's assistant that runs wholly on one computer, with no network."""

import os

__version__ = "0.1.0"

# ONNX Runtime since 1.29 keeps a record of what it runs, and sends it to its maker from code that no guard of Python's
# sees, unless it finds this before it is loaded. Every process of MedBot comes by here first, and children inherit it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

# NumPy's matrices are small here, and the threads of its library go on spinning behind each product: the models that
# compute next waited for the cores as long again as they computed.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
