using Xunit.Sdk;
using Xunit.v3;

// Most of a test is waiting, for servers, clients and compilers: classes run beside each other.
[assembly: Parallelization(Mode = ParallelMode.Collections)]
