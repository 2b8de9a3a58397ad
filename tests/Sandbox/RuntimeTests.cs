using Lamina.Sandbox.Tests.Support;
using static Lamina.Sandbox.Tests.Support.JailedHost;

namespace Lamina.Sandbox.Tests;

/// <summary>The runtimes that this machine has run unharmed by the filter and the limits.</summary>
public sealed class RuntimeTests(JailedHost jailed) : IClassFixture<JailedHost>
{
    private const string NodeScript = """
        const { Worker } = require('worker_threads'); const os = require('os'); const fs = require('fs');
        fs.writeFileSync('/tmp/x', 'file'); os.networkInterfaces(); require('http').createServer().listen(0, '127.0.0.1', function () {
          this.close(); require('child_process').execFile('/bin/echo', ['child'], (e, out) =>
            new Worker("require('worker_threads').parentPort.postMessage('thread')", { eval: true })
              .on('message', m => console.log(fs.readFileSync('/tmp/x', 'utf8'), out.trim(), m))); });
        """;

    private const string PythonScript = """
        import subprocess, threading, multiprocessing, tempfile, socket, asyncio, sqlite3, ssl, ctypes
        pool = multiprocessing.get_context('fork').Pool(2); print(sum(pool.map(abs, [-1, -2]))); pool.terminate()
        t = threading.Thread(target=lambda: print('thread')); t.start(); t.join()
        print(subprocess.check_output(['/bin/echo', 'child'], text=True).strip(), asyncio.run(asyncio.sleep(0, 'loop')), ssl.create_default_context() is not None)
        """;

    /// <summary>Program, option, script, expected; those that this machine has.</summary>
    public static TheoryData<string, string, string, string> Runtimes()
    {
        (string Program, string Option, string Script, string Expected)[] known =
        [
            ("/usr/bin/python3", "-c", PythonScript, "3\nthread\nchild loop True\n"),
            ("/usr/bin/node", "-e", NodeScript, "file child thread\n"),
            ("/usr/bin/java", "-version", "", "OpenJDK"),
            ("/usr/bin/ruby", "-e", "puts Thread.new { `echo child` }.value", "child\n"),
            ("/bin/bash", "-c", "x=$(echo a | tr a b); echo $x; (exit 3); echo $?; cat <(echo sub)", "b\n3\nsub\n"),
            ("/usr/bin/dotnet", "--list-runtimes", "", "Microsoft.NETCore.App"),
            ("/usr/bin/perl", "-e", "print fork() ? (wait() > 0 ? \"parent\n\" : \"\") : exit", "parent\n"),
        ];
        var data = new TheoryData<string, string, string, string>();
        foreach (var runtime in known.Where(static runtime => File.Exists(runtime.Program)))
        {
            data.Add(runtime.Program, runtime.Option, runtime.Script, runtime.Expected);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Runtimes))]
    public async Task A_runtime_of_the_host_works_inside(string program, string option, string script, string expected)
    {
        var start = script.Length > 0 ? Program(program, option, script) : Program(program, option);
        var result = await jailed.RunAsync(Spec() with { TmpSizeBytes = 64 << 20, Limits = new(512 << 20, 2, 256, 1024) }, start);
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
        Assert.Equal(0, result.Exit.Status);
    }
}
