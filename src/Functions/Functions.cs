#pragma warning disable CA1822, IDE0060 // outline only: the room's first commit replaces this file
using Lamina.Contract;
using Lamina.Contract.Lambda;

namespace Lamina.Functions;

/// <summary>What functions there are; reading only, from the catalog's snapshot.</summary>
public sealed class FunctionDirectory
{
    /// <summary>
    /// Resolves name, partial ARN or ARN and the separate qualifier to one immutable version for the whole request.
    /// Throws AWS's errors: mismatched qualifiers, other region, not found.
    /// </summary>
    public FunctionVersion Resolve(Caller caller, string nameOrArn, string? qualifier) => throw new NotImplementedException();

    /// <summary>$LATEST of every function of the caller's account and region, by name, after <paramref name="after"/>.</summary>
    public IEnumerable<FunctionVersion> List(Caller caller, string? after) => throw new NotImplementedException();
}

/// <summary>Creates, changes and deletes functions. Answers as soon as the change is durable; trees are made behind it and the state follows.</summary>
public sealed class FunctionEditor : IAsyncDisposable
{
    /// <summary>Raised (on the editor's own loop) after a version's state or content changed or it was deleted; environments of other keys are stale then.</summary>
    public event Action<FunctionVersion>? Changed
    {
        add => throw new NotImplementedException();
        remove => throw new NotImplementedException();
    }

    public Task<FunctionVersion> CreateAsync(
        Caller caller, CreateFunctionRequest request, ReadOnlyMemory<byte> code, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task<FunctionVersion> UpdateCodeAsync(
        Caller caller, UpdateFunctionCodeRequest request, ReadOnlyMemory<byte> code, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task<FunctionVersion> UpdateConfigurationAsync(
        Caller caller, UpdateFunctionConfigurationRequest request, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task DeleteAsync(Caller caller, string nameOrArn, string? qualifier, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
