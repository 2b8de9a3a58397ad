using System.Xml;
using Lamina.Contract;
using Lamina.Contract.Query;

namespace Lamina.Server.Wire.Query;

/// <summary>One operation of a service that is asked with forms and answers in XML. As thin as <see cref="IOperation"/>.</summary>
internal interface IQueryOperation : INamedOperation
{
    Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken);
}

/// <param name="Request">Checked against the model.</param>
internal sealed record QueryCall(Caller Caller, QueryRequest Request, string RequestId);

/// <param name="Write">Writes what stands inside the Result element; null when the operation's answer has none.</param>
internal sealed record QueryResult(Action<XmlWriter>? Write)
{
    public static QueryResult None { get; } = new(Write: null);
}
