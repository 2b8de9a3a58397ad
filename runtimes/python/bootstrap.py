# Started as `pythonX.Y /var/runtime/bootstrap.py`. Compiled anew at every start, because Python caches no bytecode for a
# script: so it stays this small, and leaves no names in __main__ for the function's code to trip over.
if __name__ == "__main__":
    __import__("lamina_runtime.loop").loop.run()
