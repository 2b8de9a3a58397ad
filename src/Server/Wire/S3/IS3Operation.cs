namespace Lamina.Server.Wire.S3;

/// <summary>One operation of S3: it reads headers, query and body, asks the room Companions, and words the result.</summary>
internal interface IS3Operation
{
    string Name { get; }

    Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken);
}
