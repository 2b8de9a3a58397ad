using System.Collections.Immutable;
using Lamina.Cli.Archives;
using Lamina.Cli.Dev;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Lamina.Contract;

namespace Lamina.Cli.Stacks;

/// <summary>
/// Keeps a stack equal to its template and to the folders beside it. (1) The template is read and what it names is watched, before anything is
/// packaged, so that no change falls between. (2) It is deployed; what fails is told and the watch goes on. (3) Each function and layer of the
/// stack follows its folder without a deployment, (4) until a template or a file that it names changes: then from (1).
/// </summary>
internal sealed class StackWatch : IDisposable
{
    private readonly StackDeployment _deployment;
    private readonly DeployRequest _request;
    private readonly Wire _wire;
    private readonly ArtifactContent _content;
    private readonly Terminal _terminal;
    private readonly TimeProvider _time;
    private readonly Action<IReadOnlyList<(string LogicalId, string Function)>> _deployed;
    private readonly LambdaClient _lambda;
    private readonly FileWatch _files;
    private readonly Dictionary<string, WatchedFolder> _folders = new(StringComparer.Ordinal);
    private List<LiveArtifact> _live = [];

    /// <param name="deployed">Told which functions there are, by logical id, after each deployment.</param>
    public StackWatch(
        Wire wire, DeployRequest request, ArtifactContent content, Terminal terminal, TimeProvider time,
        Action<IReadOnlyList<(string LogicalId, string Function)>> deployed)
    {
        _wire = wire;
        _request = request;
        _content = content;
        _terminal = terminal;
        _time = time;
        _deployed = deployed;
        _deployment = new StackDeployment(wire, content, terminal, time);
        _lambda = new LambdaClient(wire);
        _files = new FileWatch(time);
        _files.Follow([Path.GetFullPath(request.File)]);
    }

    /// <summary>Ends only by cancellation.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Task changed = _files.NextAsync(cancellationToken);
        while (true)
        {
            try
            {
                await DeployAsync(cancellationToken);
                _terminal.Note($"watching {_request.File} and what it names; Ctrl-C ends");
            }
            catch (Exception error) when (error is CliError or IOException or UnauthorizedAccessException or HttpRequestException)
            {
                // What is up stays up, and live, until the next change of the template.
                _terminal.Complain(error.Message, (error as CliError)?.Where, (error as CliError)?.Fix);
                _terminal.Note($"watching {_request.File} for a change; Ctrl-C ends");
            }

            while (await NextFolderAsync(changed, cancellationToken) is { } folder)
            {
                FolderChanges changes = await folder.TakeAsync(cancellationToken);
                foreach (LiveArtifact artifact in _live.Where(one => one.Folder == folder.Path))
                {
                    await artifact.TryUpdateAsync(changes, cancellationToken); // (3)
                }
            }

            await changed; // (4)
            changed = _files.NextAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        _files.Dispose();
        foreach (WatchedFolder folder in _folders.Values)
        {
            folder.Dispose();
        }

        EndSessions();
    }

    /// <summary>A folder that changed; null when a template did.</summary>
    private async Task<WatchedFolder?> NextFolderAsync(Task templateChanged, CancellationToken cancellationToken)
    {
        WatchedFolder[] folders = [.. _folders.Values];
        Task first = await Task.WhenAny(folders.Select(folder => folder.ChangedAsync(cancellationToken)).Prepend(templateChanged));
        cancellationToken.ThrowIfCancellationRequested();
        return first == templateChanged ? null : folders.First(folder => folder.ChangedAsync(cancellationToken) == first);
    }

    private async Task DeployAsync(CancellationToken cancellationToken)
    {
        LocalTemplate local = await LocalTemplate.ReadAsync(_wire, _request.File, _request.Parameters, cancellationToken);
        Dictionary<string, ImmutableArray<FolderEntry>> before = Follow(local); // (1)
        await _deployment.ClearFailedAsync(_request, cancellationToken);
        DeployOutcome outcome = await _deployment.RunAsync(_request, local, cancellationToken); // (2)
        StackProgress.Conclude(_terminal, outcome, _wire.Connection.Endpoint, json: false);

        List<(string LogicalId, string Function)> functions = [];
        List<LiveArtifact> live = [];
        await CollectAsync(outcome.Stack.Id, local, before, functions, live, cancellationToken);

        // What is deployed now is what the folders held, or will be in a moment.
        EndSessions();
        _live = live;
        _deployed(functions);
    }

    private void EndSessions()
    {
        foreach (LiveArtifact artifact in _live)
        {
            artifact.Dispose();
        }

        _live = [];
    }

    /// <summary>Watches what the template names, and gives what its folders hold.</summary>
    private Dictionary<string, ImmutableArray<FolderEntry>> Follow(LocalTemplate local)
    {
        (LocalArtifact Artifact, string Path)[] named =
            [.. local.All.SelectMany(static template => template.Answer.Artifacts.Select(artifact => (artifact, template.PathOf(artifact))))];
        _files.Follow([.. local.All.Select(static template => Path.GetFullPath(template.File)), .. named.Select(static one => one.Path).Where(File.Exists)]);

        HashSet<string> folders = [.. named.Select(static one => one.Path).Where(Directory.Exists)];
        foreach (string gone in _folders.Keys.Where(path => !folders.Contains(path)).ToArray())
        {
            _folders.Remove(gone, out WatchedFolder? folder);
            folder?.Dispose();
        }

        foreach (string path in folders.Where(path => !_folders.ContainsKey(path)))
        {
            _folders[path] = new WatchedFolder(path, _time);
        }

        return folders.ToDictionary(static path => path, ArtifactContent.List, StringComparer.Ordinal);
    }

    /// <summary>Finds what became of the template's functions and layers, in nested stacks too.</summary>
    private async Task CollectAsync(
        string stackId, LocalTemplate local, Dictionary<string, ImmutableArray<FolderEntry>> before, List<(string LogicalId, string Function)> functions,
        List<LiveArtifact> live, CancellationToken cancellationToken)
    {
        IReadOnlyList<StackResourceLine> resources = await _deployment.Client.ResourcesAsync(stackId, cancellationToken);
        functions.AddRange(resources.Where(static one => one is { Type: "AWS::Lambda::Function", PhysicalId: not null })
            .Select(static one => (one.LogicalId, one.PhysicalId!)));
        foreach (LocalArtifact artifact in local.Answer.Artifacts)
        {
            string path = local.PathOf(artifact);
            if (Find(resources, artifact) is not { } made)
            {
                continue;
            }

            if (local.Nested.TryGetValue(artifact, out LocalTemplate? nested))
            {
                await CollectAsync(made, nested, before, functions, live, cancellationToken);
            }
            else if (before.TryGetValue(path, out ImmutableArray<FolderEntry> held) && Opener(artifact, made, path) is { } open)
            {
                live.Add(new LiveArtifact(artifact, path, _content, open, _terminal, _time).Since(held));
            }
        }
    }

    private Func<CancellationToken, Task<LiveSession>>? Opener(LocalArtifact artifact, string physicalId, string folder) => artifact.Kind switch
    {
        LocalArtifact.Code => token => LiveSession.OfFunctionAsync(_lambda.DevFunctions, physicalId, folder, token),
        LocalArtifact.Layer when LayerVersionArn.TryParse(physicalId, out LayerVersionArn? arn) =>
            token => LiveSession.OfLayerAsync(_lambda.DevLayers, arn.Layer.ToString(), folder, token),
        _ => null,
    };

    /// <summary>The physical id. SAM's layers have their content's hash, ten digits, behind the logical id.</summary>
    private static string? Find(IReadOnlyList<StackResourceLine> resources, LocalArtifact artifact) => resources
        .FirstOrDefault(one => one.LogicalId == artifact.LogicalId
            || (artifact is { Kind: LocalArtifact.Layer, Type: "AWS::Serverless::LayerVersion" }
                && one is { Type: "AWS::Lambda::LayerVersion" }
                && one.LogicalId.Length == artifact.LogicalId.Length + 10
                && one.LogicalId.StartsWith(artifact.LogicalId, StringComparison.Ordinal)))
        ?.PhysicalId;

    /// <summary>A folder and its next change, which is waited for once however often it is looked at.</summary>
    private sealed class WatchedFolder(string path, TimeProvider time) : IDisposable
    {
        private readonly FolderWatch _watch = new(new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path, time);
        private Task<FolderChanges>? _next;

        public string Path => path;

        public Task ChangedAsync(CancellationToken cancellationToken) => _next ??= _watch.NextAsync(cancellationToken);

        public async Task<FolderChanges> TakeAsync(CancellationToken cancellationToken)
        {
            Task<FolderChanges> next = _next ??= _watch.NextAsync(cancellationToken);
            _next = null;
            return await next;
        }

        public void Dispose() => _watch.Dispose();
    }
}
