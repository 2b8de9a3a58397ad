using System.Collections.Immutable;
using System.Globalization;
using Lamina.Contract;
using Lamina.Contract.Lambda;
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
    private readonly TimeProvider _time;
    private readonly FunctionPreparer _preparer;

    public FunctionEditor(
        ICatalog catalog, ArchiveIntake intake, TreeStore trees, LayerLibrary library, CodeStorage storage, TimeProvider time,
        ILogger<FunctionEditor> logger)
    {
        _catalog = catalog;
        _intake = intake;
        _library = library;
        _storage = storage;
        _time = time;
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

    internal event Action<FunctionArn>? Settled
    {
        add => _preparer.Settled += value;
        remove => _preparer.Settled -= value;
    }

    public async Task<FunctionVersion> CreateAsync(
        Caller caller, CreateFunctionRequest request, ReadOnlyMemory<byte> code, CancellationToken cancellationToken)
    {
        FunctionArn arn = FunctionAddress.Parse(caller, request.FunctionName!, null, "lambda:CreateFunction").Function;
        FunctionRules.CheckNewName(arn.Name);
        FunctionRules.Check(request, code);
        EnsureAbsent(_catalog.Current, arn);
        IReadOnlyList<string> layerArns = request.Layers ?? [];
        _library.ResolveStack(caller, layerArns, []);

        using IncomingArchive incoming = await _intake.StoreAsync(code, cancellationToken);
        StoredArchive archive = incoming.Content;
        return await CommitAsync(arn, transaction =>
        {
            EnsureAbsent(transaction, arn);
            ImmutableArray<LayerReference> layers = _library.ResolveStack(caller, layerArns, []);
            FunctionRules.CheckCombinedSize(archive, layers);
            _storage.Require(transaction, arn.Account, arn.Region, archive, replacedBytes: 0);
            FunctionVersion created = FunctionDraft.New(arn, request, archive, layers, NewMark());
            FunctionDocuments.Put(transaction, new FunctionDocument { Latest = created, Former = null, Tags = request.Tags });
            return created;
        });
    }

    public async Task<FunctionVersion> UpdateCodeAsync(
        Caller caller, UpdateFunctionCodeRequest request, ReadOnlyMemory<byte> code, CancellationToken cancellationToken)
    {
        FunctionArn arn = FunctionAddress.Parse(caller, request.FunctionName!, null, "lambda:UpdateFunctionCode").Function;
        FunctionVersion known = RequireChangeable(_catalog.Current, arn, request.RevisionId).Latest;
        FunctionRules.Check(request, code);
        using IncomingArchive incoming = await _intake.StoreAsync(code, cancellationToken);
        StoredArchive archive = incoming.Content;
        FunctionVersion Change(FunctionVersion latest)
        {
            FunctionRules.CheckCombinedSize(archive, latest.Layers);
            return FunctionDraft.WithCode(latest, request, archive);
        }

        return request.DryRun == true ? Change(known) : await ChangeAsync(arn, request.RevisionId, (transaction, latest) =>
        {
            _storage.Require(transaction, arn.Account, arn.Region, archive, latest.Code.SizeBytes);
            return Change(latest);
        });
    }

    public async Task<FunctionVersion> UpdateConfigurationAsync(
        Caller caller, UpdateFunctionConfigurationRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FunctionArn arn = FunctionAddress.Parse(caller, request.FunctionName!, null, "lambda:UpdateFunctionConfiguration").Function;
        RequireChangeable(_catalog.Current, arn, request.RevisionId);
        FunctionRules.Check(request);
        return await ChangeAsync(arn, request.RevisionId, (_, latest) =>
        {
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
        FunctionReference reference = FunctionAddress.Parse(caller, nameOrArn, qualifier, "lambda:DeleteFunction");
        EnsureDeletable(reference.Qualifier);
        FunctionVersion? deleted = await _catalog.CommitAsync(
            transaction =>
            {
                FunctionVersion latest = Require(transaction, reference.Function).Latest;
                if (reference.Qualifier is not null)
                {
                    // A numbered version: there are none yet, and deleting an absent one is no error.
                    return null;
                }

                FunctionDocuments.Delete(transaction, reference.Function);
                return latest;
            },
            CancellationToken.None);
        if (deleted is not null)
        {
            _preparer.Announce(deleted);
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

        if (qualifier is not null && !long.TryParse(qualifier, NumberStyles.None, CultureInfo.InvariantCulture, out _))
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

    private static FunctionDocument Require(CatalogSnapshot snapshot, FunctionArn arn) =>
        FunctionDocuments.Find(snapshot, arn) ?? throw FunctionAddress.NotFound(arn, null);

    private static FunctionDocument RequireChangeable(CatalogSnapshot snapshot, FunctionArn arn, string? revisionId)
    {
        FunctionDocument document = Require(snapshot, arn);
        if (revisionId is not null && revisionId != document.Latest.RevisionId)
        {
            throw AwsError.PreconditionFailed(
                "The Revision Id provided does not match the latest Revision Id. "
                + "Call the GetFunction/GetAlias API to retrieve the latest Revision Id");
        }

        if (document.Latest.State.Name == FunctionStateName.Pending)
        {
            throw WrongState(document.Latest);
        }

        return document.InPreparation
            ? throw AwsError.ResourceConflict(
                $"The operation cannot be performed at this time. An update is in progress for resource: {arn}")
            : document;
    }

    private Task<FunctionVersion> ChangeAsync(
        FunctionArn arn, string? revisionId, Func<CatalogTransaction, FunctionVersion, FunctionVersion> change) =>
        CommitAsync(arn, transaction =>
        {
            FunctionDocument document = RequireChangeable(transaction, arn, revisionId);
            FunctionVersion changed = FunctionDraft.UnderWay(document.Latest, change(transaction, document.Latest), NewMark());
            FunctionDocuments.Put(transaction, document with { Latest = changed, Former = document.Ready });
            return changed;
        });

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
