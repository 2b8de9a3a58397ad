using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Lamina.Rooms.Tests.Server;

/// <summary>Import and export over HTTP.</summary>
public sealed class LayerTransferTests(ServedHouse house) : IClassFixture<ServedHouse>
{
    private const string Foreign = "arn:aws:lambda:us-east-1:017000801446:layer:Powertools:";

    private static readonly byte[] Zip = ServedHouse.Zip(("python/powertools.py", "x = 1"));

    [Fact]
    public async Task A_vendors_layer_is_attached_under_its_own_ARN()
    {
        string arn = $"{Foreign}7";
        JsonObject request = ServedHouse.CreateRequest("vendor");
        request["Layers"] = new JsonArray(arn);
        Reply refused = await house.SendJsonAsync(HttpMethod.Post, "/2015-03-31/functions", (JsonObject)request.DeepClone());
        Assert.Equal((HttpStatusCode.Forbidden, "AccessDeniedException"), (refused.Status, refused.ErrorType));
        Assert.EndsWith($"import it with: lamina layer import {arn} --from FILE.zip", refused.Message, StringComparison.Ordinal);

        Reply imported = await ImportAsync($"?Arn={Uri.EscapeDataString(arn)}&Sha256={Convert.ToHexStringLower(SHA256.HashData(Zip))}", Zip);
        Assert.Equal(HttpStatusCode.OK, imported.Status);
        JsonObject version = JsonNode.Parse(imported.Body)!.AsArray().Single()!.AsObject();
        Assert.Equal((arn, (long)Zip.Length, true), ((string?)version["layerVersionArn"], (long)version["codeSize"]!, (bool)version["isNew"]!));
        Reply created = await house.SendJsonAsync(HttpMethod.Post, "/2015-03-31/functions", request);
        Assert.Equal(arn, (string?)created.Json["Layers"]![0]!["Arn"]);
    }

    [Fact]
    public async Task Content_that_is_not_what_was_pinned_is_refused()
    {
        string arn = Uri.EscapeDataString($"{Foreign}8");
        Reply refused = await ImportAsync($"?Arn={arn}&Sha256={Uri.EscapeDataString(Convert.ToBase64String(SHA256.HashData([])))}", Zip);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(Zip)), refused.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await house.SendAsync(HttpMethod.Get, $"/2018-10-31/layers?find=LayerVersion&Arn={arn}")).Status);
    }

    [Theory]
    [InlineData("?Arn=nonsense")]
    [InlineData("?Arn=arn:aws:lambda:us-east-1:017000801446:layer:Powertools")]
    [InlineData("?Arn=arn:aws:lambda:us-east-1:017000801446:layer:Powertools:0")]
    [InlineData("?Arn=arn:aws:lambda:us-east-1:017000801446:layer:Powertools:1&Sha256=12")]
    [InlineData("?Arn=arn:aws:lambda:us-east-1:017000801446:layer:Powertools:1&Private=maybe")]
    [InlineData("")]
    public async Task What_cannot_be_imported_is_refused_with_400(string query) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await ImportAsync(query, Zip)).Status);

    [Fact]
    public async Task An_archive_larger_than_an_upload_may_be_is_imported()
    {
        byte[] noise = new byte[56 * 1024 * 1024];
        new Random(7).NextBytes(noise);
        Reply imported = await ImportAsync($"?Arn={Uri.EscapeDataString($"{Foreign}9")}", Stored("noise", noise));
        Assert.Equal(HttpStatusCode.OK, imported.Status);
    }

    [Fact]
    public async Task What_was_exported_is_imported_again()
    {
        JsonObject layer = new() { ["Content"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(Zip) } };
        string arn = (string)(await house.SendJsonAsync(HttpMethod.Post, "/2018-10-31/layers/exported/versions", layer)).Json["LayerVersionArn"]!;
        Reply bundle = await house.SendAsync(HttpMethod.Get, "/_lamina/layers/export?Layers=exported");
        Reply single = await house.SendAsync(HttpMethod.Get, $"/_lamina/layers/export?Layers={Uri.EscapeDataString(arn)}");
        Reply named = await house.SendAsync(HttpMethod.Get, "/_lamina/layers/export?Layers=exported:1");
        Assert.Equal(bundle.Body, single.Body);
        Assert.Equal(bundle.Body, named.Body);

        JsonObject version = JsonNode.Parse((await ImportAsync("", bundle.Body)).Body)!.AsArray().Single()!.AsObject();
        Assert.Equal((arn, false), ((string?)version["layerVersionArn"], (bool)version["isNew"]!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?Layers=nosuch")]
    [InlineData("?Layers=nosuch:1")]
    [InlineData("?Layers=arn:aws:sqs:x")]
    public async Task What_is_not_there_cannot_be_exported(string query) =>
        Assert.Contains((await house.SendAsync(HttpMethod.Get, $"/_lamina/layers/export{query}")).Status, new[] { HttpStatusCode.NotFound, HttpStatusCode.BadRequest });

    [Fact]
    public async Task Importing_takes_PUT_and_POST_only() =>
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await house.SendAsync(HttpMethod.Get, "/_lamina/layers/import")).Status);

    private static byte[] Stored(string name, byte[] content)
    {
        using MemoryStream bytes = new();
        using (System.IO.Compression.ZipArchive zip = new(bytes, System.IO.Compression.ZipArchiveMode.Create))
        {
            using Stream entry = zip.CreateEntry(name, System.IO.Compression.CompressionLevel.NoCompression).Open();
            entry.Write(content);
        }

        return bytes.ToArray();
    }

    private async Task<Reply> ImportAsync(string query, byte[] body)
    {
        using ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return await house.SendAsync(HttpMethod.Put, $"/_lamina/layers/import{query}", content);
    }
}
