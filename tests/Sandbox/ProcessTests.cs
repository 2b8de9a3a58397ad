using System.Text;
using Lamina.Sandbox.Tests.Support;
using static Lamina.Sandbox.Tests.Support.JailedHost;

namespace Lamina.Sandbox.Tests;

public sealed class ProcessTests(JailedHost jailed) : IClassFixture<JailedHost>
{
    [Fact]
    public async Task A_program_runs_and_its_output_and_status_come_back()
    {
        var result = await jailed.RunAsync(Spec(), Shell("echo hello; echo trouble >&2; exit 7"));
        Assert.Equal("hello\ntrouble\n", result.Output);
        Assert.Equal(new ProcessExit(7, null, false), result.Exit);
    }

    [Theory]
    [InlineData("exit 0", 0, null)]
    [InlineData("exit 255", 255, null)]
    [InlineData("kill -TERM $$", null, 15)]
    [InlineData("kill -KILL $$", null, 9)]
    [InlineData("kill -SEGV $$", null, 11)]
    public async Task The_way_a_process_ends_is_reported(string script, int? status, int? signal)
    {
        var result = await jailed.RunAsync(Spec(), Shell(script));
        Assert.Equal(new ProcessExit(status, signal, OutOfMemory: false), result.Exit);
    }

    [Theory]
    [InlineData("/no/such/program", 2)]
    [InlineData("/etc/passwd", 13)]
    [InlineData("/var/task/not-a-program", 8)]
    [InlineData("/var/task", 13)]
    public async Task A_program_that_cannot_be_executed_is_refused_with_its_errno(string program, int errno)
    {
        var task = jailed.MakeTree(("not-a-program", "no magic here"));
        File.SetUnixFileMode(Path.Combine(task, "not-a-program"), (UnixFileMode)0b111_101_101);
        await using var sandbox = await jailed.Host.CreateAsync(Spec() with { TaskDirectory = task }, CancellationToken.None);

        var failure = await Assert.ThrowsAsync<SandboxException>(() => sandbox.StartProcessAsync(Program(program), CancellationToken.None));

        Assert.Equal(errno, failure.Errno);
        Assert.StartsWith($"execve {program}: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal("alive\n", (await RunInAsync(sandbox, Shell("echo alive"))).Output);
    }

    [Fact]
    public async Task A_missing_working_directory_is_named()
    {
        await using var sandbox = await jailed.Host.CreateAsync(Spec(), CancellationToken.None);
        var failure = await Assert.ThrowsAsync<SandboxException>(
            () => sandbox.StartProcessAsync(Shell("true") with { WorkingDirectory = "/nowhere" }, CancellationToken.None));
        Assert.Equal("chdir /nowhere: No such file or directory (errno 2)", failure.Message);
    }

    [Fact]
    public async Task Arguments_environment_and_directory_arrive_unchanged()
    {
        var program = Program("/usr/bin/python3", "-I", "-c", "import os,sys; print(sys.argv[1:], list(os.environ.items()), os.getcwd())", "", "a b", "ü\n'\"") with
        {
            Environment = ["LC_ALL=C.UTF-8", "B=2", "A=ö=1", "EMPTY="],
            WorkingDirectory = "/var/task",
        };
        var result = await jailed.RunAsync(Spec(), program);
        Assert.Equal("['', 'a b', 'ü\\n\\'\"'] [('LC_ALL', 'C.UTF-8'), ('B', '2'), ('A', 'ö=1'), ('EMPTY', '')] /var/task\n", result.Output);
    }

    [Fact]
    public async Task A_too_large_environment_is_refused_and_the_sandbox_lives_on()
    {
        await using var sandbox = await jailed.Host.CreateAsync(Spec(), CancellationToken.None);
        var program = Shell("true") with { Environment = ["BIG=" + new string('x', 300_000)] };
        var failure = await Assert.ThrowsAsync<SandboxException>(() => sandbox.StartProcessAsync(program, CancellationToken.None));
        Assert.Equal(7, failure.Errno);
        Assert.Equal(0, (await RunInAsync(sandbox, Shell("true"))).Exit.Status);
    }

    [Fact]
    public async Task Output_larger_than_any_buffer_keeps_its_order()
    {
        var result = await jailed.RunAsync(Spec(), Python("""
            import os
            for i in range(0, 300000, 2):
                os.write(1, b'%d\n' % i); os.write(2, b'%d\n' % (i + 1))
            """));
        Assert.Equal(Enumerable.Range(0, 300000).Select(i => i.ToString()), result.Lines);
    }

    [Fact]
    public async Task A_process_whose_output_nobody_reads_waits_and_is_not_lost()
    {
        await using var sandbox = await jailed.Host.CreateAsync(Spec(), CancellationToken.None);
        var process = await sandbox.StartProcessAsync(Shell("head -c 5000000 /dev/zero; echo done > /tmp/done"), CancellationToken.None);
        var probe = await RunInAsync(sandbox, Shell("i=0; while [ ! -e /tmp/done ] && [ $i -lt 20000 ]; do i=$((i+1)); done; ls /tmp"));
        Assert.Equal("", probe.Output);

        Assert.Equal(5_000_000, (await ReadAllAsync(process)).Length);
        Assert.Equal(0, (await process.Exited).Status);
    }

    [Fact]
    public async Task A_flush_brings_everything_written_before_it()
    {
        await using var sandbox = await jailed.Host.CreateAsync(Spec(), CancellationToken.None);
        var process = await sandbox.StartProcessAsync(Python("""
            import os
            for i in range(1000): os.write(1, b'x' * 99 + b'\n')
            open('/tmp/written', 'w').close()
            import time
            time.sleep(1000)
            """), CancellationToken.None);
        await RunInAsync(sandbox, Shell("while [ ! -e /tmp/written ]; do :; done"));

        await process.FlushOutputAsync(CancellationToken.None);

        Assert.True(process.Output.TryRead(out var read));
        Assert.Equal(100_000, read.Buffer.Length);
    }

    [Fact]
    public async Task Standard_streams_can_be_opened_by_name_and_input_is_empty()
    {
        var result = await jailed.RunAsync(Spec(), Shell("echo out > /dev/stdout; echo err > /dev/stderr; echo fd > /proc/self/fd/2; cat; wc -c < /dev/stdin"));
        Assert.Equal(["out", "err", "fd", "0"], result.Lines);
    }

    [Fact]
    public async Task Several_processes_run_at_once_and_share_tmp()
    {
        await using var sandbox = await jailed.Host.CreateAsync(Spec(), CancellationToken.None);
        var waiting = await sandbox.StartProcessAsync(Shell("mkfifo /tmp/fifo && read line < /tmp/fifo && echo got $line"), CancellationToken.None);
        await RunInAsync(sandbox, Shell("while [ ! -p /tmp/fifo ]; do :; done; echo word > /tmp/fifo"));
        Assert.Equal("got word\n", await ReadAllAsync(waiting));
    }

    [Fact]
    public async Task A_signal_reaches_the_process_and_only_it()
    {
        await using var sandbox = await jailed.Host.CreateAsync(Spec(), CancellationToken.None);
        var first = await sandbox.StartProcessAsync(Shell("trap 'echo caught; exit 3' TERM; touch /tmp/ready; while :; do read -r x < /tmp/never 2>/dev/null; done"), CancellationToken.None);
        var second = await sandbox.StartProcessAsync(Shell("mkfifo /tmp/f; read x < /tmp/f; echo released"), CancellationToken.None);
        await RunInAsync(sandbox, Shell("while [ ! -e /tmp/ready ]; do :; done"));

        first.Signal(15);

        Assert.Equal(3, (await first.Exited).Status);
        await RunInAsync(sandbox, Shell("while [ ! -p /tmp/f ]; do :; done; echo > /tmp/f"));
        Assert.Equal("released\n", await ReadAllAsync(second));
    }

    [Fact]
    public async Task Orphans_are_reaped_and_background_children_do_not_delay_the_exit()
    {
        await using var sandbox = await jailed.Host.CreateAsync(Spec(), CancellationToken.None);
        var process = await sandbox.StartProcessAsync(Shell("sleep 1000 > /dev/null 2>&1 & (true &) ; (true &) ; exit 4"), CancellationToken.None);
        Assert.Equal(4, (await process.Exited).Status);
        Assert.Equal("", await ReadAllAsync(process));
        var zombies = await RunInAsync(sandbox, Shell("grep -l '^State:.Z' /proc/[0-9]*/status | wc -l"));
        Assert.Equal("0\n", zombies.Output);
    }

    [Fact]
    public async Task Signals_are_at_their_defaults_and_no_descriptor_leaks_in()
    {
        var result = await jailed.RunAsync(Spec(), Python("""
            import os
            status = dict(line.split(':\t', 1) for line in open('/proc/self/status').read().splitlines())
            print(status['SigBlk'], int(status['SigIgn'], 16) & ~0x1001000)
            fds = [f for f in os.listdir('/proc/self/fd')]
            print(len(fds) - 1, os.getpgid(0) == os.getsid(0) == os.getpid())
            """));
        Assert.Equal(["0000000000000000 0", "3 True"], result.Lines);
    }

    [Fact]
    public async Task A_listening_socket_inside_reaches_the_server_and_nobody_else()
    {
        var spec = Spec() with { Listen = [new(System.Net.IPAddress.Loopback, 9001), new(System.Net.IPAddress.IPv6Loopback, 9002)] };
        await using var sandbox = await jailed.Host.CreateAsync(spec, CancellationToken.None);
        var client = await sandbox.StartProcessAsync(Python("""
            import socket
            for family, at in ((socket.AF_INET, ('127.0.0.1', 9001)), (socket.AF_INET6, ('::1', 9002))):
                s = socket.create_connection(at); s.sendall(b'ping'); print(s.recv(4).decode())
            """), CancellationToken.None);

        foreach (var listener in sandbox.Listeners)
        {
            using var peer = await listener.AcceptAsync();
            var buffer = new byte[4];
            await peer.ReceiveAsync(buffer);
            Assert.Equal("ping", Encoding.ASCII.GetString(buffer));
            await peer.SendAsync("pong"u8.ToArray());
        }

        Assert.Equal("pong\npong\n", await ReadAllAsync(client));
        var outside = await jailed.RunAsync(Spec(), Python("import socket; print(socket.socket().connect_ex(('127.0.0.1', 9001)))"));
        Assert.Equal("111\n", outside.Output);
    }

    [Fact]
    public async Task With_the_hosts_network_the_socket_listens_on_the_address_given()
    {
        var random = new Random();
        var address = new System.Net.IPAddress([127, (byte)random.Next(1, 255), (byte)random.Next(1, 255), (byte)random.Next(1, 255)]);
        var spec = Spec() with { Network = SandboxNetwork.Host, Listen = [new(address, 9001)] };
        await using var sandbox = await jailed.Host.CreateAsync(spec, CancellationToken.None);
        var client = await sandbox.StartProcessAsync(
            Python($"import socket; s = socket.create_connection(('{address}', 9001)); print(s.recv(4).decode())"), CancellationToken.None);
        using var peer = await sandbox.Listeners[0].AcceptAsync();
        await peer.SendAsync("pong"u8.ToArray());
        Assert.Equal("pong\n", await ReadAllAsync(client));

        var failure = await Assert.ThrowsAsync<SandboxException>(() => jailed.Host.CreateAsync(spec with { Id = "second" }, CancellationToken.None));
        Assert.Equal($"listen {address}:9001: Address already in use (errno 98)", failure.Message);
    }
}
