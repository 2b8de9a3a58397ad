using Xunit.Sdk;
using Xunit.v3;

// Each test starts servers and sandboxes of its own and some count processes: one after the other.
[assembly: Parallelization(Mode = ParallelMode.None)]
