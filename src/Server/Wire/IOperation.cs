using Lamina.Contract;

namespace Lamina.Server.Wire;

/// <summary>
/// One AWS operation. It turns a *call* (what was asked, by whom) into an *answer*, or throws <see cref="AwsError"/>.
/// It reads the request into its record, asks one room, and words the result; it decides nothing itself.
/// </summary>
internal interface IOperation
{
    string Name { get; }

    /// <summary>Bytes a body may have; throws for a call that cannot be served whatever its body.</summary>
    BodyLimit Limit(OperationCall call);

    Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken);
}
