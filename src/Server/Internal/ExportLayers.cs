using Lamina.Contract;
using Lamina.Layers;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>
/// GET /_lamina/layers/export?Layers=…,…: a bundle of whole layers (NAME or ARN) and single versions (NAME:VERSION or ARN), in the caller's
/// account and region where a name stands.
/// </summary>
internal sealed class ExportLayers(LayerExporter exporter) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["layers", "export"];

    public Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        string[] names = (call.Target.Query("Layers") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0)
        {
            throw AwsError.InvalidParameterValue("Say which layers: ?Layers=NAME,NAME:VERSION,ARN");
        }

        return Task.FromResult<Answer>(new BundleAnswer(exporter.Export(names.SelectMany(name => VersionsOf(call.Caller, name)))));
    }

    private IReadOnlyList<LayerVersionArn> VersionsOf(Caller caller, string name)
    {
        string text = name.StartsWith("arn:", StringComparison.Ordinal)
            ? name
            : $"{new LayerArn(caller.Region, caller.Account, "")}{name}";
        return LayerVersionArn.TryParse(text, out LayerVersionArn? version) ? [version]
            : LayerArn.TryParse(text, caller, out LayerArn? layer) ? exporter.VersionsOf(layer)
            : throw AwsError.InvalidParameterValue($"'{name}' is not a layer: say NAME, NAME:VERSION or an ARN.");
    }

    private sealed class BundleAnswer(BundleDownload bundle) : Answer(200)
    {
        protected override Task WriteBodyAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            response.ContentType = "application/octet-stream";
            response.ContentLength = bundle.Length;
            return bundle.WriteAsync(response.Body, cancellationToken);
        }
    }
}
