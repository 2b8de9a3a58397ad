namespace Lamina.EndToEnd.Tests;

/// <summary>Tests that take all of the machine, or measure what others would disturb: each by itself, after the others.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;
