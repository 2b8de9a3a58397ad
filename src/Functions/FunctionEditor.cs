using System.Collections.Immutable;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions.CodeSigning;
using Lamina.Images;
using Lamina.Layers;
using Lamina.Store;
using Microsoft.Extensions.Logging;

namespace Lamina.Functions;

/// <summary>
/// Creates, changes and deletes functions. Answers as soon as the change is durable; trees are made behind it and the state follows.
/// What is Pending or InProgress when the editor is made is taken up again.
/// </summary>
/// <remarks>
/// Every change has the same story: (1) refuse what can be refused cheaply, before the archive is stored; (2) store the archive;
/// (3) one catalog transaction decides by the newest state and writes; (4) the preparer makes the trees and the last state.
/// </remarks>
public sealed class FunctionEditor : IAsyncDisposable
{
    private readonly ICatalog _catalog;
    private readonly ArchiveIntake _intake;
    private readonly LayerLibrary _library;
    private readonly CodeStorage _storage;
    private readonly FunctionPermissions _permissions;
    private readonly TimeProvider _time;
    private readonly UnseenUpdates _updates;
    private readonly FunctionPreparer _preparer;

    public FunctionEditor(
        ICatalog catalog, ArchiveIntake intake, TreeStore trees, LayerLibrary library, CodeStorage storage, FunctionPermissions permissions,
        TimeProvider time, UnseenUpdates updates, ILogger<FunctionEditor> logger)
    {
        _catalog = catalog;
        _intake = intake;
        _library = library;
        _storage = storage;
        _permissions = permissions;
        _time = time;
        _updates = updates;
        _preparer = new FunctionPreparer(catalog, trees, logger);
    }

    /// <summary>
    /// Raised, one call at a time and outside any request, with the version that invocations use from now on; environments of the
    /// function with another <see cref="FunctionVersion.EnvironmentKey"/> are stale then. Of a deleted function it is the last version
    /// with an empty key, which no environment has. May be raised again without a change.
    /// </summary>
    public event Action<FunctionVersion>? Changed
    {
        add => _preparer.Changed += value;
        remove => _preparer.Changed -= value;
    }

    /// <summary>Raised when a function's preparation came to an end, good or bad. Handlers must be quick.</summary>
    public event Action<FunctionArn>? Settled
    {
        add => _preparer.Settled += value;
        remove => _preparer.Settled -= value;
    }

    public async Task<FunctionVersion> CreateAsync(
        Caller caller, CreateFunctionRequest request, ArchiveUpload code, CancellationToken cancellationToken)
    {
        FunctionArn arn = FunctionAddress.Read(caller, request.FunctionName!, null).Function;
        if (arn.Account != caller.Account)
        {
            // No policy could allow it, and AWS gives no reason (recorded).
            throw AwsError.AccessDenied();
        }

        FunctionRules.CheckNewName(arn.Name);
        FunctionRules.Check(request, code);
        EnsureAbsent(_catalog.Current, arn);
        string? signing = string.IsNullOrEmpty(request.CodeSigningConfigArn) ? null : request.CodeSigningConfigArn;
        FunctionCodeSigning.CheckDeployment(_catalog.Current, signing);
        IReadOnlyList<string> layerArns = request.Layers ?? [];
        _library.ResolveStack(caller, layerArns, []);

        using IncomingArchive? incoming = request.PackageType == "Image" ? null : await _intake.StoreAsync(code, cancellationToken);
        return await CommitAsync(arn, transaction =>
        {
            EnsureAbsent(transaction, arn);
            FunctionCodeSigning.CheckDeployment(transaction, signing);
            ImmutableArray<LayerReference> layers = _library.ResolveStack(caller, layerArns, []);
            FunctionContent content = incoming is null ? NewImage(transaction, request) : new FunctionContent(incoming.Content);
            Require(transaction, arn, content, layers, replacedBytes: 0);
            FunctionVersion created = FunctionDraft.New(arn, request, content, layers, NewMark());
            IReadOnlyDictionary<string, string>? tags = request.Tags is { Count: > 0 } ? request.Tags : null;
            FunctionDocument document = new() { Latest = created, Former = null, Tags = tags, Change = FunctionDraft.NewId() };
            FunctionDocuments.Put(transaction, document);
            if (signing is not null)
            {
                FunctionCodeSigning.Attach(transaction, arn, signing);
            }

            return Published(transaction, document, request.Publish);
        });
    }

    public async Task<FunctionVersion> UpdateCodeAsync(
        Caller caller, UpdateFunctionCodeRequest request, ArchiveUpload code, CancellationToken cancellationToken)
    {
        FunctionArn arn = _permissions.Address(_catalog.Current, caller, request.FunctionName!, null, "lambda:UpdateFunctionCode").Function;
        FunctionVersion known = RequireUpdatable(_catalog.Current, arn, request.RevisionId).Latest;
        FunctionRules.Check(known, request, code);
        FunctionCodeSigning.CheckDeployment(_catalog.Current, arn);
        using IncomingArchive? incoming = known.Image is null ? await _intake.StoreAsync(code, cancellationToken) : null;
        FunctionVersion Change(CatalogSnapshot snapshot, FunctionVersion latest)
        {
            // The function may have been made anew meanwhile, of the other kind.
            FunctionRules.Check(latest, request, code);
            FunctionContent content = latest.Image is { } image
                ? new FunctionContent(FunctionImage.Resolve(
                    snapshot, request.ImageUri!, (request.Architectures ?? latest.Architectures)[0], image.Overrides))
                : new FunctionContent(incoming!.Content);
            FunctionRules.CheckCombinedSize(content.Archive, latest.Layers);
            return FunctionDraft.WithCode(latest, request, content);
        }

        return request.DryRun == true
            ? Change(_catalog.Current, known)
            : await ChangeAsync(arn, request.RevisionId, request.Publish, (transaction, latest) =>
            {
                FunctionVersion changed = Change(transaction, latest);
                Require(transaction, arn, new FunctionContent(changed.Code, changed.Image), latest.Layers, latest.CodeSizeBytes);
                return changed;
            });
    }

    public async Task<FunctionVersion> UpdateConfigurationAsync(
        Caller caller, UpdateFunctionConfigurationRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FunctionArn arn = FunctionAddress.Parse(caller, request.FunctionName!, null, "lambda:UpdateFunctionConfiguration").Function;
        FunctionRules.Check(RequireUpdatable(_catalog.Current, arn, request.RevisionId).Latest, request);
        if (request.Layers is { Count: > 0 })
        {
            FunctionCodeSigning.CheckDeployment(_catalog.Current, arn);
        }

        return await ChangeAsync(arn, request.RevisionId, publish: false, (_, latest) =>
        {
            FunctionRules.Check(latest, request);
            ImmutableArray<LayerReference> layers = request.Layers is null
                ? latest.Layers
                : _library.ResolveStack(caller, request.Layers, latest.Layers);
            FunctionRules.CheckCombinedSize(latest.Code, layers);
            return FunctionDraft.WithConfiguration(latest, request, layers);
        });
    }

    public async Task DeleteAsync(Caller caller, string nameOrArn, string? qualifier, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FunctionReference reference = _permissions.Address(_catalog.Current, caller, nameOrArn, qualifier, "lambda:DeleteFunction");
        EnsureDeletable(reference.Qualifier);
        IReadOnlyList<FunctionVersion> deleted = await _catalog.CommitAsync(
            transaction =>
            {
                FunctionVersion latest = Require(transaction, reference.Function).Latest;
                return reference.Qualifier is { } version
                    ? FunctionRemoval.DeleteVersion(transaction, reference.Function, version)
                    : FunctionRemoval.DeleteFunction(transaction, latest);
            },
            CancellationToken.None);
        _updates.See(reference.Function);
        if (deleted.Count > 0)
        {
            _preparer.Announce(deleted);
        }
    }

    /// <summary>
    /// Empties the whole catalog but for images in one transaction, whatever room its documents belong to, then says of every function
    /// that it is gone.
    /// </summary>
    public async Task ForgetEverythingAsync()
    {
        IReadOnlyList<FunctionVersion>[] deleted = await _catalog.CommitAsync(
            static transaction =>
            {
                IReadOnlyList<FunctionVersion>[] all =
                    [.. FunctionDocuments.AllVersions(transaction).GroupBy(static version => version.Arn, static (_, versions) => versions.ToArray())];
                ImageLibrary.ForgetAllElse(transaction);
                return all;
            },
            CancellationToken.None);
        foreach (IReadOnlyList<FunctionVersion> versions in deleted)
        {
            _preparer.Announce(versions);
        }
    }

    public ValueTask DisposeAsync() => _preparer.DisposeAsync();

    internal static AwsError WrongState(FunctionVersion version) =>
        AwsError.ResourceConflict(
            $"The operation cannot be performed at this time. The function is currently in the following state: {version.State.Name}");

    private static void EnsureDeletable(string? qualifier)
    {
        if (qualifier == FunctionArn.Latest)
        {
            throw AwsError.InvalidParameterValue("$LATEST version cannot be deleted without deleting the function.");
        }

        // What no alias can be called, such as $latest, is a version that is not there (recorded).
        if (qualifier is not null && !VersionDocuments.IsNumber(qualifier) && !qualifier.Contains('$', StringComparison.Ordinal))
        {
            throw AwsError.InvalidParameterValue("Deletion of aliases is not currently supported.");
        }
    }

    private static void EnsureAbsent(CatalogSnapshot snapshot, FunctionArn arn)
    {
        if (FunctionDocuments.Find(snapshot, arn) is not null)
        {
            throw AwsError.ResourceConflict($"Function already exist: {arn.Name}");
        }
    }

    private static FunctionContent NewImage(CatalogSnapshot snapshot, CreateFunctionRequest request) => new(FunctionImage.Resolve(
        snapshot, request.Code!.ImageUri!, (request.Architectures ?? ["x86_64"])[0], request.ImageConfig is { } config ? ImageOverrides.Of(config) : null));

    private void Require(
        CatalogTransaction transaction, FunctionArn arn, FunctionContent content, ImmutableArray<LayerReference> layers, long replacedBytes)
    {
        FunctionRules.CheckCombinedSize(content.Archive, layers);
        if (content.Archive is { } archive)
        {
            _storage.Require(transaction, arn.Account, arn.Region, archive, replacedBytes);
        }
    }

    private static FunctionDocument Require(CatalogSnapshot snapshot, FunctionArn arn) =>
        FunctionDocuments.Find(snapshot, arn) ?? throw FunctionAddress.NotFound(arn, null);

    internal static FunctionDocument RequireChangeable(CatalogSnapshot snapshot, FunctionArn arn, string? revisionId)
    {
        FunctionDocument document = Require(snapshot, arn);
        Revisions.Require(revisionId, document.Latest.RevisionId, "GetFunction/GetAlias");

        if (document.Latest.State.Name == FunctionStateName.Pending)
        {
            throw WrongState(document.Latest);
        }

        return document.InPreparation ? throw UpdateInProgress(arn) : document;
    }

    private static AwsError UpdateInProgress(FunctionArn arn) =>
        AwsError.ResourceConflict($"The operation cannot be performed at this time. An update is in progress for resource: {arn}");

    private FunctionDocument RequireUpdatable(CatalogSnapshot snapshot, FunctionArn arn, string? revisionId)
    {
        FunctionDocument document = RequireChangeable(snapshot, arn, revisionId);
        return _updates.Contains(arn) ? throw UpdateInProgress(arn) : document;
    }

    private Task<FunctionVersion> ChangeAsync(
        FunctionArn arn, string? revisionId, bool? publish, Func<CatalogTransaction, FunctionVersion, FunctionVersion> change) =>
        CommitAsync(arn, transaction =>
        {
            FunctionDocument document = RequireUpdatable(transaction, arn, revisionId);
            FunctionVersion changed = FunctionDraft.UnderWay(document.Latest, change(transaction, document.Latest), NewMark());
            document = document with { Latest = changed, Former = document.Ready, Change = FunctionDraft.NewId() };
            FunctionDocuments.Put(transaction, document);
            _updates.Begin(arn);
            return Published(transaction, document, publish);
        });

    /// <summary>What the request answers: the version it published, or $LATEST.</summary>
    private FunctionVersion Published(CatalogTransaction transaction, FunctionDocument document, bool? publish) => publish == true
        ? VersionDraft.Publish(transaction, document, description: null, _storage)
        : document.Latest;

    /// <summary>
    /// Commits and hands over to the preparer. Not to be cancelled: a change that is durable must reach the preparer,
    /// or the function would stay Pending until the next start.
    /// </summary>
    private async Task<FunctionVersion> CommitAsync(FunctionArn arn, Func<CatalogTransaction, FunctionVersion> change)
    {
        FunctionVersion changed = await _catalog.CommitAsync(change, CancellationToken.None);
        _preparer.Prepare(arn);
        return changed;
    }

    private ChangeMark NewMark() => new(
        AwsDate.Format(_time.GetUtcNow()),
        FunctionDraft.NewId());
}
