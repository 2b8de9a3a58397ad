using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class HeadObject(ObjectReading reading) : IS3Operation
{
    public string Name => "HeadObject";

    public Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken) => Task.FromResult(reading.Read(call, withBody: false));
}
