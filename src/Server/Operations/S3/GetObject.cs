using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class GetObject(ObjectReading reading) : IS3Operation
{
    public string Name => "GetObject";

    public Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken) => Task.FromResult(reading.Read(call, withBody: true));
}
