using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>/opt, /var/task and /tmp as a function finds them.</summary>
public sealed class OptTests(SharedServer shared) : SharedServerTests(shared)
{
    [Fact]
    public async Task Modes_and_symlinks_are_those_of_the_zip()
    {
        ILambdaClient client = AnyClient;
        byte[] zip = new Archive()
            .File("bin/tool", "#!/bin/sh\necho from the layer\n", mode: 0x1ED)
            .File("etc/plain", "text", mode: 0x1A4)
            .File("etc/read-only", "text", mode: 0x124)
            .Link("etc/relative", "plain")
            .Link("etc/absolute", "/opt/bin/tool")
            .Link("etc/dangling", "nowhere")
            .ToArray();
        await client.CreateProbeAsync(Own("fn"), new JsonObject { ["Layers"] = new JsonArray(await client.PublishLayerAsync(Own("layer"), zip)) });

        JsonNode? seen = await client.RunAsync(Own("fn"), """
            import os, stat, subprocess
            mode = lambda path: oct(stat.S_IMODE(os.lstat(path).st_mode))
            result = {
                'modes': [mode('/opt/bin/tool'), mode('/opt/etc/plain'), mode('/opt/etc/read-only')],
                'links': [os.readlink('/opt/etc/' + name) for name in ('relative', 'absolute', 'dangling')],
                'ran': subprocess.check_output(['/opt/bin/tool'], text=True),
                'through': open('/opt/etc/relative').read(),
            }
            """);
        Assert.Equal("""["0o755","0o644","0o444"]""", seen!["modes"]!.ToJsonString());
        Assert.Equal("""["plain","/opt/bin/tool","nowhere"]""", seen["links"]!.ToJsonString());
        Assert.Equal(("from the layer\n", "text"), ((string?)seen["ran"], (string?)seen["through"]));
    }

    public static TheoryData<string> Orders => ["abc", "acb", "bac", "bca", "cab", "cba"];

    /// <summary>Three layers that overlap in files, folders, symlinks, modes, and one kind against another.</summary>
    [Theory]
    [MemberData(nameof(Orders))]
    public async Task In_any_order_of_the_layers_the_function_sees_what_the_inspector_says_byte_by_byte(string order)
    {
        ILambdaClient client = AnyClient;
        JsonArray layers = [];
        foreach (char name in order)
        {
            layers.Add(await client.PublishLayerAsync(Own($"layer-{name}"), Overlapping(name)));
        }

        await client.CreateProbeAsync(Own("fn"), new JsonObject { ["Layers"] = layers });
        JsonNode? seen = await client.RunAsync(Own("fn"), """
            import os, stat
            lines = []
            for root, folders, files in os.walk('/opt'):
                for name in folders + files:
                    path = os.path.join(root, name); s = os.lstat(path)
                    kind = 'symlink' if stat.S_ISLNK(s.st_mode) else 'directory' if stat.S_ISDIR(s.st_mode) else 'file'
                    size = 0 if kind == 'directory' else s.st_size
                    target = os.readlink(path) if kind == 'symlink' else ''
                    lines.append(f'{path} {kind} {stat.S_IMODE(s.st_mode):o} {size} {target}')
            result = {'walk': '\n'.join(sorted(lines)), 'file': open('/opt/file').read()}
            """);

        // AWS's rule: of the same path the later layer's wins.
        Assert.Equal(new string(order[2], Array.IndexOf(['a', 'b', 'c'], order[2]) + 1), (string?)seen!["file"]);
        using RawClient raw = new(Server.Endpoint);
        JsonArray told = JsonNode.Parse(await raw.DownloadAsync(new Uri(Server.Endpoint, $"/_lamina/functions/{Own("fn")}/inspection")))!["entries"]!.AsArray();
        IEnumerable<string> lines = told.Select(static entry =>
            $"{entry!["path"]} {entry["kind"]} {Convert.ToString((int)entry["mode"]!, 8)} {entry["sizeBytes"]} {entry["linkTarget"]}");
        Assert.Equal(string.Join('\n', lines.Order(StringComparer.Ordinal)), (string?)seen["walk"]);
    }

    private static byte[] Overlapping(char name)
    {
        string content = new(name, name - 'a' + 1);
        Archive archive = new Archive().File("file", content).File($"only/{name}", content).File($"merged/{name}/x", content).File("merged/shared", content)
            .File("mode", "same", name switch { 'a' => 0x1A4, 'b' => 0x1ED, _ => 0x124 }).Link("link", $"only/{name}");
        return (name switch
        {
            'a' => archive.File("kind/inside-a", content).File("turn", content).Link("over", "merged"),
            'b' => archive.File("kind", content).Link("turn", "file").File("over/inside-b", content),
            _ => archive.Link("kind", "only").File("turn/inside-c", content).File("over/inside-c", content).File("kind2/c", content),
        }).ToArray();
    }

    [Fact]
    public async Task Opt_and_task_are_read_only_and_tmp_is_capped()
    {
        ILambdaClient client = AnyClient;
        string layer = await client.PublishLayerAsync(Own("layer"), Archive.Of("file", "content"));
        await client.CreateProbeAsync(Own("fn"), new JsonObject { ["Layers"] = new JsonArray(layer), ["MemorySize"] = 1024 });

        JsonNode? seen = await client.RunAsync(Own("fn"), """
            import errno, os
            def attempt(action):
                try:
                    action()
                    return 'done'
                except OSError as error:
                    return errno.errorcode[error.errno]
            def fill():
                with open('/tmp/full', 'wb') as file:
                    while True:
                        file.write(bytes(1 << 20))
            result = {
                'opt': attempt(lambda: open('/opt/new', 'w')),
                'change': attempt(lambda: open('/opt/file', 'a')),
                'delete': attempt(lambda: os.unlink('/opt/file')),
                'task': attempt(lambda: open('/var/task/new', 'w')),
                'root': attempt(lambda: open('/new', 'w')),
                'tmp': attempt(lambda: open('/tmp/new', 'w').write('x')),
                'filled': attempt(fill),
                'MiB': os.path.getsize('/tmp/full') >> 20,
            }
            """);
        Assert.All(
            (string[])["opt", "change", "delete", "task", "root"],
            what => Assert.Contains((string?)seen![what], (string[])["EROFS", "EACCES", "EPERM"]));
        Assert.Equal(("done", "ENOSPC"), ((string?)seen!["tmp"], (string?)seen["filled"]));
        Assert.InRange((int)seen["MiB"]!, 500, 512);
    }

    [Fact]
    public async Task The_links_in_answers_download_the_very_zips()
    {
        ILambdaClient client = AnyClient;
        using RawClient raw = new(Server.Endpoint);
        byte[] zip = new Archive().File("a", "1", mode: 0x1ED).Link("b", "a").ToArray();
        _ = await client.PublishLayerAsync(Own("layer"), zip);
        await client.CreateProbeAsync(Own("fn"));

        JsonObject layer = (await client.CallAsync("GetLayerVersion", new JsonObject { ["LayerName"] = Own("layer"), ["VersionNumber"] = 1 })).Success;
        JsonObject function = (await client.CallAsync("GetFunction", new JsonObject { ["FunctionName"] = Own("fn") })).Success;
        Assert.Equal(zip, await raw.DownloadAsync(new Uri((string)layer["Content"]!["Location"]!)));
        Assert.Equal(Probe.Code, await raw.DownloadAsync(new Uri((string)function["Code"]!["Location"]!)));
        Assert.Equal("S3", (string?)function["Code"]!["RepositoryType"]);
    }
}
