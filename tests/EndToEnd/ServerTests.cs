namespace Lamina.EndToEnd.Tests;

/// <summary>A server over a data folder of its own, for the tests of one class to use and, where they must, to kill and start again.</summary>
public abstract class ServerTests : IAsyncLifetime
{
    private LaminaServer? _server;

    internal LaminaServer Server => _server ?? throw new InvalidOperationException("The server is not running.");

    internal Uri Endpoint => Server.Endpoint;

    private protected string DataFolder { get; } = Directory.CreateTempSubdirectory("lamina-data-").FullName;

    public async ValueTask InitializeAsync() => _server = await LaminaServer.StartAsync(DataFolder);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Server.DisposeAsync();
        Directory.Delete(DataFolder, recursive: true);
    }

    private protected async Task RestartAsync(bool kill)
    {
        if (kill)
        {
            await Server.KillAsync();
        }
        else
        {
            Assert.Equal(0, await Server.TerminateAsync());
        }

        await Server.DisposeAsync();
        _server = await LaminaServer.StartAsync(DataFolder);
    }
}
