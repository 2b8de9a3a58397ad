using System.Collections.Concurrent;

[assembly: AssemblyFixture(typeof(Lamina.EndToEnd.Tests.SharedServer))]

namespace Lamina.EndToEnd.Tests;

/// <summary>One server, and one of each client, for all tests that neither stop it nor count what it has; their names are their own.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, ILambdaClient> _clients = [];
    private LaminaServer? _server;

    internal LaminaServer Server => _server ?? throw new InvalidOperationException("The server is not running.");

    internal string DataFolder { get; } = Directory.CreateTempSubdirectory("lamina-data-").FullName;

    public async ValueTask InitializeAsync() => _server = await LaminaServer.StartAsync(DataFolder);

    public async ValueTask DisposeAsync()
    {
        foreach (ILambdaClient client in _clients.Values)
        {
            await client.DisposeAsync();
        }

        await Server.DisposeAsync();
        Directory.Delete(DataFolder, recursive: true);
    }

    internal ILambdaClient Connect(string client) => _clients.GetOrAdd(client, name => ClientTools.Connect(name, Server.Endpoint));
}

/// <summary>A test on the shared server.</summary>
public abstract class SharedServerTests(SharedServer shared)
{
    private readonly string _suffix = Guid.NewGuid().ToString("N")[..8];

    private protected LaminaServer Server => shared.Server;

    private protected string DataFolder => shared.DataFolder;

    /// <summary>The client of tests that are not about clients.</summary>
    private protected ILambdaClient AnyClient => shared.Connect("boto3");

    private protected ILambdaClient Connect(string client) => shared.Connect(client);

    /// <summary>A name that no other test uses.</summary>
    private protected string Own(string name) => $"{name}-{_suffix}";
}
