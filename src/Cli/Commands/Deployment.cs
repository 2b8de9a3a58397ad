using System.Security.Cryptography;
using Lamina.Cli.Lambda;
using Lamina.Contract;
using Lamina.Contract.Lambda;

namespace Lamina.Cli.Commands;

/// <summary>
/// Brings one function to what is asked for. (1) Layers are resolved to versions. (2) An unknown function is created;
/// (3) of a known one the code is replaced when its digest differs, (4) then the settings that were given and differ.
/// (5) Each step waits until Lambda says that it is done, as the official clients' waiters do.
/// </summary>
internal sealed class Deployment(LambdaClient client, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    public async Task<FunctionConfiguration> RunAsync(
        DeploySettings settings, FunctionCode code, CancellationToken cancellationToken)
    {
        IReadOnlyList<string>? layers = settings.Layers is null
            ? null
            : await LayerNames.ResolveAsync(client, settings.Layers, cancellationToken); // (1)
        FunctionConfiguration? function = await client.FindFunctionAsync(settings.Name, cancellationToken);
        if (function is null)
        {
            await client.CreateFunctionAsync(Creation(settings, code, layers), cancellationToken); // (2)
            return await SettledAsync(settings.Name, cancellationToken);
        }

        if (!await IsOfAsync(function, code, cancellationToken))
        {
            await SettledAsync(settings.Name, cancellationToken);
            await client.UpdateFunctionCodeAsync(
                settings.Name, new UpdateFunctionCodeRequest { ZipFile = code.ZipFile, ImageUri = code.ImageUri }, cancellationToken); // (3)
        }

        function = await SettledAsync(settings.Name, cancellationToken);
        if (Differs(function, settings, layers))
        {
            await client.UpdateFunctionConfigurationAsync(settings.Name, Change(settings, layers), cancellationToken); // (4)
        }

        return await SettledAsync(settings.Name, cancellationToken);
    }

    /// <summary>(5) The API has no way to wait but to ask again; pauses grow from 20 ms to 1 s.</summary>
    private async Task<FunctionConfiguration> SettledAsync(string name, CancellationToken cancellationToken)
    {
        for (TimeSpan pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            FunctionConfiguration? function = await client.FindFunctionAsync(name, cancellationToken);
            switch (function)
            {
                case null:
                    throw new CliError("The function was deleted while it was deployed.", name, "Deploy it again.");
                case { State: "Failed" }:
                    throw Failed(name, function.StateReason, function.StateReasonCode);
                case { LastUpdateStatus: "Failed" }:
                    throw Failed(name, function.LastUpdateStatusReason, function.LastUpdateStatusReasonCode);
                case { State: not "Pending", LastUpdateStatus: not "InProgress" }:
                    return function;
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private static CliError Failed(string name, string? reason, string? code) =>
        new($"The function could not be made ready: {reason ?? "no reason given"} ({code ?? "no code"})", name, "The server's log says more.");

    /// <summary>A tag may have moved since: what counts is the image that has it now.</summary>
    private async Task<bool> IsOfAsync(FunctionConfiguration function, FunctionCode code, CancellationToken cancellationToken) => code.ZipFile is { } archive
        ? function.CodeSha256 == Convert.ToBase64String(SHA256.HashData(archive))
        : (await client.Images.ListAsync(cancellationToken)).Any(image => image.Name == code.ImageUri && image.Digest == $"sha256:{function.CodeSha256}");

    private CreateFunctionRequest Creation(DeploySettings settings, FunctionCode code, IReadOnlyList<string>? layers) => new()
    {
        FunctionName = settings.Name,
        PackageType = settings.Image is null ? null : "Image",
        Runtime = settings.Image is null ? settings.Runtime ?? throw Missing(settings.Name, "--runtime", "python3.11") : null,
        Handler = settings.Image is null ? settings.Handler ?? throw Missing(settings.Name, "--handler", "app.handler") : null,
        Role = settings.Role ?? $"arn:aws:iam::{Account()}:role/lambda",
        Code = code,
        Layers = layers,
        MemorySize = settings.MemoryMiB,
        Timeout = settings.TimeoutSeconds,
        Environment = Variables(settings),
    };

    private static UpdateFunctionConfigurationRequest Change(DeploySettings settings, IReadOnlyList<string>? layers) => new()
    {
        Runtime = settings.Runtime,
        Handler = settings.Handler,
        Role = settings.Role,
        Layers = layers,
        MemorySize = settings.MemoryMiB,
        Timeout = settings.TimeoutSeconds,
        Environment = Variables(settings),
    };

    private static Contract.Lambda.Environment? Variables(DeploySettings settings) =>
        settings.Variables is null ? null : new Contract.Lambda.Environment { Variables = settings.Variables };

    private static bool Differs(FunctionConfiguration function, DeploySettings settings, IReadOnlyList<string>? layers) =>
        Differs(settings.Runtime, function.Runtime)
        || Differs(settings.Handler, function.Handler)
        || Differs(settings.Role, function.Role)
        || Differs(settings.MemoryMiB, function.MemorySize)
        || Differs(settings.TimeoutSeconds, function.Timeout)
        || (layers is not null && !layers.SequenceEqual((function.Layers ?? []).Select(layer => layer.Arn)))
        || (settings.Variables is not null && !SameVariables(settings.Variables, function.Environment?.Variables));

    private static bool Differs<T>(T? asked, T? present) => asked is not null && !EqualityComparer<T>.Default.Equals(asked, present);

    private static bool SameVariables(IReadOnlyDictionary<string, string> asked, IReadOnlyDictionary<string, string>? present) =>
        asked.Count == (present?.Count ?? 0) && asked.All(pair => present!.TryGetValue(pair.Key, out string? value) && value == pair.Value);

    /// <summary>A 12-digit access key is the account; any other key's account only the server knows, and it does not check roles.</summary>
    private string Account() =>
        AccountId.TryParse(client.Connection.AccessKeyId, out AccountId account) ? account.Value : AccountId.Default.Value;

    private static CliError Missing(string name, string option, string example) =>
        new($"A new function needs {option}.", name, $"Say it, for example {option} {example}.");
}
