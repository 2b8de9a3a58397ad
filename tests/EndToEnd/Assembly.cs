// Each test starts servers and sandboxes of its own and some count processes: one after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
