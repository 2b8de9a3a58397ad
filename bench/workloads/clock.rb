# When the handler's first line runs, by the clock that the caller reads too.
def handler(event:, context:)
  Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
end
