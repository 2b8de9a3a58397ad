using Lamina.Contract;
using Lamina.Layers;

namespace Lamina.Functions;

/// <summary>A function whose code is being worked on: while its session lasts, all its versions run the session's code.</summary>
public sealed record DevFunction
{
    /// <summary>Known to the session's client only: whoever names it may change the code.</summary>
    public required string Session { get; init; }

    public required FunctionArn Function { get; init; }

    /// <summary>Where the code comes from, as the client says; for people to read, never opened here.</summary>
    public required string Folder { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>How often the code was sent; 0 until then, and the function runs what is deployed.</summary>
    public required int Updates { get; init; }

    public required StoredArchive? Code { get; init; }
}
