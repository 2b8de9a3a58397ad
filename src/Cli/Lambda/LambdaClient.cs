using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Lamina.Contract;
using Lamina.Contract.Lambda;

namespace Lamina.Cli.Lambda;

/// <summary>The operations of Lambda's public API that the verbs need, and Lamina's own under <c>/_lamina</c>.</summary>
internal sealed class LambdaClient(Wire wire)
{
    private const string Functions = "/2015-03-31/functions";
    private const string Layers = "/2018-10-31/layers";

    private static readonly TimeSpan HealthLimit = TimeSpan.FromSeconds(3);
    private static readonly LambdaJson Shape = LambdaJson.Default;

    public Connection Connection => wire.Connection;

    public DevLayerClient DevLayers { get; } = new(wire);

    public DevFunctionClient DevFunctions { get; } = new(wire);

    public ImageClient Images { get; } = new(wire);

    public RuntimeClient Runtimes { get; } = new(wire);

    public DebugClient Debugging { get; } = new(wire);

    public ShellClient Shells { get; } = new(wire);

    /// <summary>Throws what is said when no server answers at the endpoint.</summary>
    public async Task RequireServerAsync(CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = wire.Request(HttpMethod.Get, "/_lamina/health", []);
        using HttpResponseMessage response = await wire.SendAsync(request, cancellationToken);
    }

    /// <summary>Whether a Lamina server (not another one on the same port, or a stuck one) answers at the endpoint.</summary>
    public async Task<bool> IsLaminaAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(HealthLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await RequireServerAsync(either.Token);
            return true;
        }
        catch (CliError)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    public Task<PublishLayerVersionResponse> PublishLayerVersionAsync(
        string name, PublishLayerVersionRequest request, CancellationToken cancellationToken) =>
        wire.SendAsync(
            HttpMethod.Post, $"{Layers}/{Escape(name)}/versions", request, Shape.PublishLayerVersionRequest,
            Shape.PublishLayerVersionResponse, cancellationToken);

    public Task DeleteLayerVersionAsync(LayerVersionArn layer, CancellationToken cancellationToken) =>
        wire.DeleteAsync($"{LayerVersion(layer.Layer.Name, layer.Version)}", cancellationToken);

    public Task<GetLayerVersionResponse> GetLayerVersionAsync(string name, long version, CancellationToken cancellationToken) =>
        wire.GetAsync(LayerVersion(name, version), Shape.GetLayerVersionResponse, cancellationToken);

    /// <summary>The newest version, or null when the layer has none (AWS does not tell that from an unknown layer).</summary>
    public async Task<LayerVersionsListItem?> LatestLayerVersionAsync(string name, CancellationToken cancellationToken)
    {
        ListLayerVersionsResponse versions = await wire.GetAsync(
            $"{Layers}/{Escape(name)}/versions?MaxItems=1", Shape.ListLayerVersionsResponse, cancellationToken);
        return versions.LayerVersions is [var latest, ..] ? latest : null;
    }

    /// <summary>The same with its content's digest, which lists do not say; of a layer by its name or ARN.</summary>
    public async Task<GetLayerVersionResponse?> FindNewestLayerVersionAsync(string name, CancellationToken cancellationToken)
    {
        if (await LatestLayerVersionAsync(name, cancellationToken) is not { Version: { } version })
        {
            return null;
        }

        try
        {
            return await GetLayerVersionAsync(name, version, cancellationToken);
        }
        catch (CliError error) when (LambdaError.Is(error, LambdaError.NotFound))
        {
            // Deleted in between.
            return null;
        }
    }

    public Task<AddLayerVersionPermissionResponse> AddLayerVersionPermissionAsync(
        LayerVersionArn layer, AddLayerVersionPermissionRequest request, CancellationToken cancellationToken) =>
        wire.SendAsync(
            HttpMethod.Post, $"{LayerVersion(layer.Layer.ToString(), layer.Version)}/policy", request, Shape.AddLayerVersionPermissionRequest,
            Shape.AddLayerVersionPermissionResponse, cancellationToken);

    public Task RemoveLayerVersionPermissionAsync(LayerVersionArn layer, string statementId, CancellationToken cancellationToken) =>
        wire.DeleteAsync($"{LayerVersion(layer.Layer.ToString(), layer.Version)}/policy/{Escape(statementId)}", cancellationToken);

    /// <summary>Null when the version has no policy.</summary>
    public async Task<GetLayerVersionPolicyResponse?> FindLayerVersionPolicyAsync(LayerVersionArn layer, CancellationToken cancellationToken)
    {
        try
        {
            return await wire.GetAsync(
                $"{LayerVersion(layer.Layer.ToString(), layer.Version)}/policy", Shape.GetLayerVersionPolicyResponse, cancellationToken);
        }
        catch (CliError error) when (LambdaError.Is(error, LambdaError.NotFound)
            && error.Message.StartsWith("No policy is associated", StringComparison.Ordinal))
        {
            return null;
        }
    }

    /// <param name="query">Empty for a bundle; the ARN and what else is said of one archive.</param>
    public async Task<IReadOnlyList<ImportedLayer>> ImportLayersAsync(string query, Stream content, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = await wire.UploadAsync($"/_lamina/layers/import{query}", content, cancellationToken);
        return await wire.ReadAsync(request, ReadableJson.Default.IReadOnlyListImportedLayer, cancellationToken);
    }

    public async Task ExportLayersAsync(IReadOnlyList<string> names, Stream output, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = wire.Request(
            HttpMethod.Get, $"/_lamina/layers/export?Layers={Escape(string.Join(',', names))}", []);
        using HttpResponseMessage response = await wire.SendAsync(request, cancellationToken);
        await response.Content.CopyToAsync(output, cancellationToken);
    }

    public async Task<IReadOnlyList<LayersListItem>> ListLayersAsync(CancellationToken cancellationToken)
    {
        var all = new List<LayersListItem>();
        string? marker = null;
        do
        {
            ListLayersResponse page = await wire.GetAsync(Paged(Layers, marker), Shape.ListLayersResponse, cancellationToken);
            all.AddRange(page.Layers ?? []);
            marker = page.NextMarker;
        }
        while (!string.IsNullOrEmpty(marker));

        return all;
    }

    public async Task<IReadOnlyList<FunctionConfiguration>> ListFunctionsAsync(CancellationToken cancellationToken)
    {
        var all = new List<FunctionConfiguration>();
        string? marker = null;
        do
        {
            ListFunctionsResponse page = await wire.GetAsync(Paged(Functions, marker), Shape.ListFunctionsResponse, cancellationToken);
            all.AddRange(page.Functions ?? []);
            marker = page.NextMarker;
        }
        while (!string.IsNullOrEmpty(marker));

        return all;
    }

    public Task<FunctionConfiguration> CreateFunctionAsync(CreateFunctionRequest request, CancellationToken cancellationToken) =>
        wire.SendAsync(
            HttpMethod.Post, Functions, request, Shape.CreateFunctionRequest, Shape.FunctionConfiguration, cancellationToken);

    /// <summary>Null when there is no such function.</summary>
    public async Task<FunctionConfiguration?> FindFunctionAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await GetFunctionConfigurationAsync(name, cancellationToken);
        }
        catch (CliError error) when (LambdaError.Is(error, LambdaError.NotFound))
        {
            return null;
        }
    }

    public Task<FunctionConfiguration> UpdateFunctionCodeAsync(
        string name, UpdateFunctionCodeRequest request, CancellationToken cancellationToken) =>
        wire.SendAsync(
            HttpMethod.Put, $"{Function(name)}/code", request, Shape.UpdateFunctionCodeRequest,
            Shape.FunctionConfiguration, cancellationToken);

    public Task<FunctionConfiguration> UpdateFunctionConfigurationAsync(
        string name, UpdateFunctionConfigurationRequest request, CancellationToken cancellationToken) =>
        wire.SendAsync(
            HttpMethod.Put, $"{Function(name)}/configuration", request, Shape.UpdateFunctionConfigurationRequest,
            Shape.FunctionConfiguration, cancellationToken);

    public Task<FunctionConfiguration> PublishVersionAsync(string name, PublishVersionRequest request, CancellationToken cancellationToken) =>
        wire.SendAsync(
            HttpMethod.Post, $"{Function(name)}/versions", request, Shape.PublishVersionRequest, Shape.FunctionConfiguration, cancellationToken);

    /// <summary>Moves the alias to a version, and makes it when there is none.</summary>
    public async Task<AliasConfiguration> PointAliasAsync(string name, string alias, string version, CancellationToken cancellationToken)
    {
        try
        {
            return await wire.SendAsync(
                HttpMethod.Put, $"{Function(name)}/aliases/{Escape(alias)}", new UpdateAliasRequest { FunctionVersion = version },
                Shape.UpdateAliasRequest, Shape.AliasConfiguration, cancellationToken);
        }
        catch (CliError error) when (LambdaError.Is(error, LambdaError.NotFound))
        {
            return await wire.SendAsync(
                HttpMethod.Post, $"{Function(name)}/aliases", new CreateAliasRequest { Name = alias, FunctionVersion = version },
                Shape.CreateAliasRequest, Shape.AliasConfiguration, cancellationToken);
        }
    }

    public Task DeleteFunctionAsync(string name, CancellationToken cancellationToken) =>
        wire.DeleteAsync(Function(name), cancellationToken);

    public async Task<InvokeAnswer> InvokeAsync(
        string name, byte[] payload, InvocationType type, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = wire.Request(HttpMethod.Post, $"{Function(name)}/invocations", payload);
        request.Headers.Add("X-Amz-Invocation-Type", type.ToString());
        if (type == InvocationType.RequestResponse)
        {
            request.Headers.Add("X-Amz-Log-Type", "Tail");
        }

        using HttpResponseMessage response = await wire.SendAsync(request, cancellationToken);
        string? log = Header(response.Headers, "X-Amz-Log-Result");
        return new InvokeAnswer(
            await response.Content.ReadAsByteArrayAsync(cancellationToken),
            Header(response.Headers, "X-Amz-Function-Error"),
            log is null ? string.Empty : Lines(Convert.FromBase64String(log)));
    }

    public Task<FunctionConfiguration> GetFunctionConfigurationAsync(string name, CancellationToken cancellationToken) =>
        wire.GetAsync($"{Function(name)}/configuration", Shape.FunctionConfiguration, cancellationToken);

    public Task<StartAnswer> GetStartAsync(string name, CancellationToken cancellationToken) =>
        wire.GetAsync($"/_lamina/functions/{Escape(name)}/start", ReadableJson.Default.StartAnswer, cancellationToken);

    public Task<IReadOnlyList<OptEntry>> OptAsync(string name, CancellationToken cancellationToken) =>
        wire.GetAsync($"/_lamina/functions/{Escape(name)}/opt", ReadableJson.Default.IReadOnlyListOptEntry, cancellationToken);

    public Task<Inspection> InspectFunctionAsync(string name, CancellationToken cancellationToken) =>
        wire.GetAsync($"/_lamina/functions/{Escape(name)}/inspection", ReadableJson.Default.Inspection, cancellationToken);

    /// <param name="query">Runtime and architecture, from <c>?</c> on; may be empty.</param>
    public Task<Inspection> InspectLayerAsync(LayerVersionArn arn, string query, CancellationToken cancellationToken) =>
        wire.GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"/_lamina/layers/{Escape(arn.Layer.ToString())}/versions/{arn.Version}/inspection{query}"),
            ReadableJson.Default.Inspection, cancellationToken);

    /// <summary>A zip as the layer it would be; the server keeps nothing of it.</summary>
    public Task<Inspection> InspectArchiveAsync(byte[] archive, string query, CancellationToken cancellationToken) =>
        wire.PostArchiveAsync($"/_lamina/inspection{query}", archive, ReadableJson.Default.Inspection, cancellationToken);

    public Task<LayerDifference> CompareAsync(string from, string to, CancellationToken cancellationToken) =>
        wire.GetAsync($"/_lamina/layers/diff?From={Escape(from)}&To={Escape(to)}", ReadableJson.Default.LayerDifference, cancellationToken);

    public Task<LayerDifference> CompareAsync(string from, byte[] archive, string name, CancellationToken cancellationToken) =>
        wire.PostArchiveAsync(
            $"/_lamina/layers/diff?From={Escape(from)}&Name={Escape(name)}", archive, ReadableJson.Default.LayerDifference, cancellationToken);

    public Task<StorageAnswer> StorageAsync(CancellationToken cancellationToken) =>
        wire.GetAsync("/_lamina/storage", ReadableJson.Default.StorageAnswer, cancellationToken);

    public Task<CollectAnswer> CollectAsync(CancellationToken cancellationToken) =>
        wire.PostAsync("/_lamina/storage/collect", ReadableJson.Default.CollectAnswer, cancellationToken);

    /// <param name="progress">Told of each line that says how far it is.</param>
    public async Task<ScrubAnswer> ScrubAsync(Action<ScrubLine> progress, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = wire.Request(HttpMethod.Post, "/_lamina/storage/scrub", []);
        using HttpResponseMessage response = await wire.SendAsync(request, cancellationToken);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        List<ScrubLine> findings = [];
        try
        {
            while (await lines.ReadLineAsync(cancellationToken) is { } text)
            {
                ScrubLine line = JsonSerializer.Deserialize(text, ReadableJson.Default.ScrubLine)!;
                if (line.Summary is { } summary)
                {
                    return new ScrubAnswer(findings, summary);
                }

                if (line.Damaged is null)
                {
                    progress(line);
                }
                else
                {
                    findings.Add(line);
                }
            }
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            throw ScrubBrokeOff(broken);
        }

        throw ScrubBrokeOff(inner: null);
    }

    /// <summary>The function's log lines, oldest first; with <paramref name="follow"/> the answer ends when the caller leaves.</summary>
    public IAsyncEnumerable<string> ReadLogsAsync(string name, bool follow, CancellationToken cancellationToken) =>
        LinesAsync($"/_lamina/functions/{Escape(name)}/logs{(follow ? "?follow=true" : string.Empty)}", cancellationToken);

    /// <summary>The lines that are written from now on, until the caller leaves.</summary>
    public IAsyncEnumerable<string> FollowLogsAsync(string name, CancellationToken cancellationToken) =>
        LinesAsync($"/_lamina/functions/{Escape(name)}/logs?follow=true&past=false", cancellationToken);

    private async IAsyncEnumerable<string> LinesAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = wire.Request(HttpMethod.Get, path, []);
        using HttpResponseMessage response = await wire.SendAsync(request, cancellationToken);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return line;
        }
    }

    private CliError ScrubBrokeOff(Exception? inner) => new(
        "The server ended the scrub before it was through.", Connection.Endpoint.ToString(), "See the server's log, and start it again.", inner);

    /// <summary>Runtimes join the lines of one log event with carriage returns, at which a terminal would write over the line's beginning.</summary>
    public static string Lines(byte[] log) =>
        Encoding.UTF8.GetString(log).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

    private static string Function(string name) => $"{Functions}/{Escape(name)}";

    private static string LayerVersion(string name, long version) =>
        $"{Layers}/{Escape(name)}/versions/{version.ToString(CultureInfo.InvariantCulture)}";

    private static string Paged(string path, string? marker) => marker is null ? path : $"{path}?Marker={Escape(marker)}";

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private static string? Header(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out IEnumerable<string>? values) ? values.First() : null;
}

/// <summary>The values of X-Amz-Invocation-Type.</summary>
internal enum InvocationType
{
    RequestResponse,
    Event,
}

/// <param name="FunctionError">X-Amz-Function-Error, or null when the function answered well.</param>
/// <param name="LogTail">The last 4 KB of the invocation's log, decoded.</param>
internal sealed record InvokeAnswer(byte[] Payload, string? FunctionError, string LogTail);
