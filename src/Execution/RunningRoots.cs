using Lamina.Contract;
using Lamina.Functions;
using Lamina.Images;
using Lamina.Layers;
using Lamina.Store;

namespace Lamina.Execution;

/// <summary>
/// What invocations may still start: a function that was deleted or changed a moment ago goes on for those that reached it before.
/// What an environment has mounted already, it holds by leases of its own.
/// </summary>
public sealed class RunningRoots(Invoker invoker) : IArchiveRoots, IImageRoots
{
    public IEnumerable<ArchiveRoot> In(CatalogSnapshot snapshot) => invoker.InService.SelectMany(FunctionRoots.Of);

    public IEnumerable<ImageRoot> ImagesIn(CatalogSnapshot snapshot) => FunctionRoots.ImagesOf(invoker.InService);
}
