namespace Lamina.Sandbox.Tests;

public sealed class OutlineTests
{
    [Fact]
    public void Outline_compiles() => Assert.True(true);
}
