"""Failures of the runtime's own making, as opposed to exceptions out of the function's code."""


class Fault(Exception):
    def __init__(self, error_type, message, stack_trace=None):
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.stack_trace = stack_trace
