"""The Python runtime interface client: what stands between the Runtime API and a function's handler."""
