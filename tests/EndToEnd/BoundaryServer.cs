using System.Collections.Concurrent;

namespace Lamina.EndToEnd.Tests;

/// <summary>A server with an organisation, and clients of several accounts.</summary>
public sealed class BoundaryServer : IAsyncLifetime
{
    public const string Owner = "000000000000";
    public const string Guest = "111111111111";
    public const string Member = "222222222222";
    public const string Organization = "o-a1b2c3d4e5";

    private readonly ConcurrentDictionary<(string Client, string Account), ILambdaClient> _clients = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("lamina-data-").FullName;
    private LaminaServer? _server;

    public async ValueTask InitializeAsync() =>
        _server = await LaminaServer.StartAsync(_folder, "--organization", $"{Organization}={Member},444444444444");

    public async ValueTask DisposeAsync()
    {
        foreach (ILambdaClient client in _clients.Values)
        {
            await client.DisposeAsync();
        }

        await _server!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    internal ILambdaClient Connect(string client, string account) =>
        _clients.GetOrAdd((client, account), key => ClientTools.Connect(key.Client, _server!.Endpoint, key.Account));
}
