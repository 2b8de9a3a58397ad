namespace Lamina.Rooms.Tests;

/// <summary>Tests of what is done when there is nothing else to do, and measured: each class by itself, after the others.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;
