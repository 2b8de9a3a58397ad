using Lamina.Sandbox.Tests.Support;
using static Lamina.Sandbox.Tests.Support.JailedHost;

namespace Lamina.Sandbox.Tests;

public sealed class RootFileSystemTests(JailedHost jailed) : IClassFixture<JailedHost>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_order_of_layers_decides_files_links_and_a_file_against_a_folder(bool reversed)
    {
        var low = jailed.MakeTree(("only-low", "low"), ("same", "low"), ("link", "-> only-low"), ("mixed", "lowfile"), ("shared/1", "1"));
        var high = jailed.MakeTree(("only-high", "high"), ("same", "high"), ("link", "-> only-high"), ("mixed/inside", "x"), ("shared/2", "2"));
        var spec = Spec() with { OptLayers = reversed ? [high, low] : [low, high] };

        var result = await jailed.RunAsync(spec, Shell("""
            cd /opt; cat only-low; echo; cat only-high; echo; cat same; echo; readlink link
            if [ -d mixed ]; then ls mixed; else cat mixed; echo; fi; ls shared | tr '\n' ' '; echo
            """));

        var top = reversed ? "low" : "high";
        var mixed = reversed ? "lowfile" : "inside";
        Assert.Equal(["low", "high", top, "only-" + top, mixed, "1 2 "], result.Lines);
    }

    [Fact]
    public async Task Five_layers_with_odd_names_in_their_paths_are_merged()
    {
        var odd = Directory.CreateDirectory(Path.Combine(jailed.Folder, @"a,b:c\d e")).FullName;
        var layers = Enumerable.Range(0, 5).Select(i =>
        {
            var layer = Directory.CreateDirectory(Path.Combine(odd, $"{i},:\\")).FullName;
            File.WriteAllText(Path.Combine(layer, $"file{i}"), $"{i}");
            File.WriteAllText(Path.Combine(layer, "top"), $"{i}");
            return layer;
        }).ToList();

        var result = await jailed.RunAsync(Spec() with { OptLayers = [.. layers], TaskDirectory = layers[2] }, Shell("cat /opt/file* /opt/top /var/task/top"));

        Assert.Equal("0123442", result.Output);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "0")]
    [InlineData(12, "11")]
    public async Task Any_number_of_layers_shows_the_last_on_top(int count, string top)
    {
        var layers = Enumerable.Range(0, count).Select(i => jailed.MakeTree(("top", $"{i}"))).ToList();
        var result = await jailed.RunAsync(Spec() with { OptLayers = [.. layers] }, Shell("cat /opt/* 2>/dev/null; true"));
        Assert.Equal(top, result.Output);
    }

    [Fact]
    public async Task The_same_tree_twice_counts_where_it_is_uppermost()
    {
        var (one, two) = (jailed.MakeTree(("same", "one")), jailed.MakeTree(("same", "two"), ("other", "two")));
        var result = await jailed.RunAsync(Spec() with { OptLayers = [one, two, one] }, Shell("cat /opt/same /opt/other"));
        Assert.Equal("onetwo", result.Output);
    }

    [Fact]
    public async Task Modes_and_links_are_those_of_the_trees()
    {
        var layer = jailed.MakeTree(("tool", "#!/bin/sh\necho ran"), ("plain", "x"), ("dangling", "-> /nowhere"), ("up", "-> ../opt/plain"));
        File.SetUnixFileMode(Path.Combine(layer, "tool"), (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(Path.Combine(layer, "plain"), (UnixFileMode)0b110_100_000 | UnixFileMode.OtherRead);
        var spec = Spec() with { OptLayers = [layer, jailed.MakeTree(("other", ""))] };

        var result = await jailed.RunAsync(spec, Shell("cd /opt; stat -c '%a %F' tool plain dangling; readlink dangling up; cat up; echo; ./tool"));

        Assert.Equal(["755 regular file", "644 regular file", "777 symbolic link", "/nowhere", "../opt/plain", "x", "ran"], result.Lines);
    }

    [Fact]
    public async Task Only_tmp_and_shm_can_be_written()
    {
        var tree = jailed.MakeTree(("file", "x"));
        var spec = Spec() with { OptLayers = [tree, jailed.MakeTree(("b", ""))], TaskDirectory = tree, RuntimeDirectory = tree };

        var result = await jailed.RunAsync(spec, Shell("""
            for at in / /opt /var/task /var/runtime /usr /usr/bin /etc /dev /var /proc /proc/sys/kernel; do
              (echo x > $at/new) 2>/dev/null && echo "wrote $at"; (mkdir $at/newdir) 2>/dev/null && echo "made in $at"
            done
            for file in /opt/file /var/task/file /etc/passwd /usr/bin/env /proc/sys/kernel/hostname /proc/sys/net/ipv4/ip_forward /proc/sysrq-trigger; do
              (echo x >> $file) 2>/dev/null && echo "wrote $file"; [ -e $file ] && rm -f $file 2>/dev/null && [ ! -e $file ] && echo "removed $file"; chmod 777 $file 2>/dev/null && echo "chmod $file"
            done
            echo ok > /tmp/new && cat /tmp/new; echo ok > /dev/shm/new && cat /dev/shm/new
            cp /bin/echo /tmp/echo && /tmp/echo executed
            """));

        Assert.Equal(["ok", "ok", "executed"], result.Lines);
        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(tree, "file")));
    }

    [Fact]
    public async Task Tmp_is_private_empty_and_capped_in_bytes_and_inodes()
    {
        var result = await jailed.RunAsync(Spec() with { TmpSizeBytes = 8 << 20 }, Python("""
            import os, errno, stat
            print(os.listdir('/tmp'), oct(stat.S_IMODE(os.stat('/tmp').st_mode)), os.stat('/tmp').st_uid)
            written = 0
            try:
                with open('/tmp/big', 'wb') as f:
                    while True: written += f.write(b'x' * 65536); f.flush()
            except OSError as e: print(errno.errorcode[e.errno], written <= 8 << 20, written > 7 << 20)
            os.unlink('/tmp/big')
            made = 0
            try:
                while True: open(f'/tmp/{made}', 'w').close(); made += 1
            except OSError as e: print(errno.errorcode[e.errno], made <= 2048)
            """));

        Assert.Equal(["[] 0o700 993", "ENOSPC True True", "ENOSPC True"], result.Lines);
    }

    [Fact]
    public async Task Nothing_of_the_hosts_homes_data_sockets_or_logs_is_there()
    {
        var secret = Path.Combine(jailed.Folder, "secret");
        await File.WriteAllTextAsync(secret, "secret");

        var result = await jailed.RunAsync(Spec(), Shell($"""
            ls -A / | sort | tr '\n' ' '; echo; ls -A /var | tr '\n' ' '; echo; ls -A /dev | tr '\n' ' '; echo
            for at in /root /home /run /sys /boot /srv /mnt /var/log /var/lib /etc/shadow /etc/ssh /etc/ssl/private /tmp/proc {secret} {jailed.Folder}; do
              [ -e $at ] && echo "sees $at"; done; true
            """));

        Assert.All(result.Lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), name =>
            Assert.Contains(name, new[] { "bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "opt", "proc", "sbin", "tmp", "usr", "var" }));
        Assert.Equal("cache runtime task ", result.Lines[1]);
        Assert.Equal("fd full null random shm stderr stdin stdout urandom zero ", result.Lines[2]);
        Assert.Equal(3, result.Lines.Length);
    }

    [Fact]
    public async Task Host_binds_are_read_only_at_paths_that_need_not_exist()
    {
        var tree = jailed.MakeTree(("file", "bound"));
        var spec = Spec() with { HostBinds = [new(tree, "/data/deep/here"), new(Path.Combine(tree, "file"), "/srv/one")] };

        var result = await jailed.RunAsync(spec, Shell("cat /data/deep/here/file /srv/one; echo x 2>/dev/null > /data/deep/here/file; ls /data"));
        var other = await jailed.RunAsync(Spec(), Shell("ls -d /data /srv 2>&1 | grep -c 'No such'"));

        Assert.Equal(["boundbounddeep"], result.Lines);
        Assert.Equal("2\n", other.Output);
    }

    [Fact]
    public async Task A_host_bind_cannot_make_anything_on_the_host()
    {
        var spec = Spec() with { HostBinds = [new(jailed.MakeTree(), "/usr/share/lamina-made-this/x")] };
        var failure = await Assert.ThrowsAsync<SandboxException>(() => jailed.Host.CreateAsync(spec, CancellationToken.None));
        Assert.Equal(30, failure.Errno);
        Assert.False(Directory.Exists("/usr/share/lamina-made-this"));
    }

    [Fact]
    public async Task Names_and_certificates_are_found()
    {
        var result = await jailed.RunAsync(Spec(), Shell("""
            whoami; hostname; grep -c sandbox.localdomain /etc/hosts; [ -s /etc/ld.so.cache ] && echo cache; [ -e /etc/localtime ] && echo time
            [ ! -d /etc/ssl/certs ] || ls /etc/ssl/certs >/dev/null && echo certs; [ -s /etc/resolv.conf ] && echo resolver; true
            """));
        Assert.Equal(["sbx_user1051", "sandbox", "1", "cache", "time", "certs"], result.Lines);
    }

    [Fact]
    public async Task A_missing_folder_is_named_with_step_path_and_errno()
    {
        var missing = Path.Combine(jailed.Folder, "not-there");
        foreach (var spec in new[] { Spec() with { TaskDirectory = missing }, Spec() with { OptLayers = [jailed.Folder, missing] } })
        {
            var failure = await Assert.ThrowsAsync<SandboxException>(() => jailed.Host.CreateAsync(spec, CancellationToken.None));
            Assert.Equal($"open_tree {missing}: No such file or directory (errno 2)", failure.Message);
            Assert.Equal(2, failure.Errno);
        }

        Assert.Equal("still\n", (await jailed.RunAsync(Spec(), Shell("echo still"))).Output);
    }
}
