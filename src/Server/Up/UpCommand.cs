using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Lamina.Access;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Sandbox;
using Lamina.Server.Verbs;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Lamina.Server.Up;

/// <summary><c>lamina up</c>: run the server in the foreground until a signal comes.</summary>
internal static class UpCommand
{
    private static readonly Option<string> Listen = new("--listen")
    {
        Description = "Address to listen on; port 0 picks a free one",
        HelpName = "HOST:PORT",
        DefaultValueFactory = static _ => "127.0.0.1:4566",
    };

    private static readonly Option<string> Data = new("--data")
    {
        Description = "Data folder",
        HelpName = "FOLDER",
        DefaultValueFactory = static _ => DataFolder.DefaultPath(),
    };

    private static readonly Option<string> Region = new("--region")
    {
        Description = "Region of requests that do not say one",
        HelpName = "REGION",
        DefaultValueFactory = static _ => "us-east-1",
    };

    private static readonly Option<string> Account = new("--account")
    {
        Description = "Account of callers whose access key does not name one, 12 digits",
        HelpName = "ACCOUNT",
        DefaultValueFactory = static _ => AccountId.Default.Value,
    };

    private static readonly Option<LogLevel> Level = new("--log-level")
    {
        Description = "Least level that is logged on standard error: Trace, Debug, Information, Warning, Error, Critical or None",
        HelpName = "LEVEL",
        DefaultValueFactory = static _ => LogLevel.Information,
    };

    private static readonly Option<SandboxNetwork> Network = new("--function-network")
    {
        Description = "Network that functions have: none but Lamina itself, or this machine's",
        DefaultValueFactory = static _ => SandboxNetwork.Isolated,
    };

    private static readonly Option<double> IdleTimeout = new("--idle-timeout")
    {
        Description = "Seconds after which an execution environment without work is shut down, however much memory there is",
        HelpName = "SECONDS",
        DefaultValueFactory = static _ => ExecutionOptions.DefaultIdleTimeout.TotalSeconds,
    };

    private static readonly Option<int> KeepMemory = new("--keep-memory")
    {
        Description = "MiB that execution environments without work may hold together; above it those that are worth least go",
        HelpName = "MIB",
        DefaultValueFactory = static _ => (int)(ExecutionOptions.DefaultKeepMemoryBytes >> 20),
    };

    private static readonly Option<int> ShellMemory = new("--shell-memory")
    {
        Description = "MiB that sandboxes made in advance of an invocation may hold; 0: none are made",
        HelpName = "MIB",
        DefaultValueFactory = static _ => (int)(ExecutionOptions.DefaultShellMemoryBytes >> 20),
    };

    private static readonly Option<int> PrimeMemory = new("--prime-memory")
    {
        Description = "MiB that sandboxes may hold in which Python has imported a function's packages out of layers in advance; 0: none are made",
        HelpName = "MIB",
        DefaultValueFactory = static _ => (int)(ExecutionOptions.DefaultPrimeMemoryBytes >> 20),
    };

    private static readonly Option<int> StackCache = new("--stack-cache")
    {
        Description = "MiB on disk for what Node.js and Java have made of the code in layers, kept for each stack of layers; 0: none is kept",
        HelpName = "MIB",
        DefaultValueFactory = static _ => (int)(Limits.StackCachesBytes >> 20),
    };

    private static readonly Option<string[]> Organization = new("--organization")
    {
        Description = "Accounts that form an AWS organisation; once for each organisation",
        HelpName = "o-ID=ACCOUNT,…",
        DefaultValueFactory = static _ => [],
    };

    private static readonly Option<long> CodeStorageQuota = new("--code-storage-quota")
    {
        Description = "Bytes of layer versions and functions that an account may store in a region; Lambda's 75 GB unless said otherwise",
        HelpName = "BYTES",
        DefaultValueFactory = static _ => Limits.CodeStorageBytes,
    };

    private static readonly Option<bool> AllowReset = new("--allow-reset")
    {
        Description = "Let POST /_lamina/reset empty the server, for suites of tests",
    };

    private static readonly Option<string?> Keys = new("--keys")
    {
        Description = "File of the access keys that requests must be signed with; without it signatures are not verified",
        HelpName = "FILE",
    };

    private static readonly Option<bool> EnforceIam = new("--enforce-iam")
    {
        Description = "Let callers do only what the policies of their user or role allow",
    };

    private static readonly Option<string[]> AllowUnserved = new("--allow-unserved")
    {
        Description = "Type of resource that stacks may have although nothing serves it; the stack only lists it. May be repeated",
        HelpName = "TYPE",
        DefaultValueFactory = static _ => [],
    };

    static UpCommand()
    {
        Listen.Validators.Add(static result =>
        {
            try
            {
                ListenAddress.Parse(result.GetValueOrDefault<string>()!, hasKeys: result.GetValue(Keys) is not null);
            }
            catch (UpException exception)
            {
                result.AddError(exception.Message);
            }
        });
        Refuse(Region, static region => region.Length == 0, "--region wants a name.");
        Refuse(Account, static account => !AccountId.TryParse(account, out _), "--account wants 12 digits.");
        Refuse(
            IdleTimeout,
            static text => double.TryParse(text, CultureInfo.InvariantCulture, out double seconds) && seconds is not (> 0 and <= 86_400),
            "--idle-timeout wants seconds, more than 0 and at most a day.");
        Refuse(
            ShellMemory,
            static text => int.TryParse(text, CultureInfo.InvariantCulture, out int mebibytes) && mebibytes < 0,
            "--shell-memory wants MiB, 0 or more.");
        Refuse(
            PrimeMemory,
            static text => int.TryParse(text, CultureInfo.InvariantCulture, out int mebibytes) && mebibytes < 0,
            "--prime-memory wants MiB, 0 or more.");
        Refuse(
            StackCache,
            static text => int.TryParse(text, CultureInfo.InvariantCulture, out int mebibytes) && mebibytes < 0,
            "--stack-cache wants MiB, 0 or more.");
        Refuse(
            KeepMemory,
            static text => int.TryParse(text, CultureInfo.InvariantCulture, out int mebibytes) && mebibytes < 0,
            "--keep-memory wants MiB, 0 or more.");
        Refuse(
            CodeStorageQuota,
            static text => long.TryParse(text, CultureInfo.InvariantCulture, out long bytes) && bytes < 0,
            "--code-storage-quota wants bytes.");
        Organization.Validators.Add(static result =>
        {
            try
            {
                Organizations.Parse(result.GetValueOrDefault<string[]>() ?? []);
            }
            catch (FormatException exception)
            {
                result.AddError(exception.Message);
            }
        });
    }

    public static Command Create()
    {
        Verb command = new(
            "up",
            "Run the server until Ctrl-C. Prints one line, 'ready URL', once it serves. With a template: deploy it too, and keep it up to date.",
            "lamina up",
            "lamina up template.yaml",
            "lamina up --listen 127.0.0.1:4566 --data ./data",
            "lamina up --keys keys.json --listen 0.0.0.0:4566 --enforce-iam",
            "lamina up --organization o-a1b2c3d4e5=111111111111,222222222222")
        {
            Listen, Data, Region, Account, Level, Network, IdleTimeout, KeepMemory, ShellMemory, PrimeMemory, StackCache, Organization, CodeStorageQuota,
            AllowReset, Keys, EnforceIam, AllowUnserved,
        };
        command.SetAction(static (parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(ReadOptions(parsed), cancellationToken);
        }
        catch (UpException exception)
        {
            await Console.Error.WriteLineAsync($"lamina: {exception.Message}");
            return 1;
        }
        catch (SandboxException exception)
        {
            await Console.Error.WriteLineAsync($"lamina: sandboxes cannot be made here: {exception.Message}\n  `lamina doctor` says what is missing.");
            return 1;
        }
        catch (Exception exception) when (exception is AddressInUseException || exception.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync(
                $"lamina: {parsed.GetValue(Listen)} is taken by another program. Stop that one, or name another address with --listen.");
            return 1;
        }
    }

    private static void Refuse(Option option, Predicate<string> wrong, string fault) => option.Validators.Add(result =>
    {
        if (result.Tokens is [{ Value: string text }] && wrong(text))
        {
            result.AddError(fault);
        }
    });

    private static UpOptions ReadOptions(ParseResult parsed) => new()
    {
        Listen = ListenAddress.Parse(parsed.GetRequiredValue(Listen), hasKeys: parsed.GetValue(Keys) is not null),
        DataDirectory = parsed.GetRequiredValue(Data),
        Region = parsed.GetRequiredValue(Region),
        Account = AccountId.TryParse(parsed.GetRequiredValue(Account), out AccountId account) ? account : throw new UnreachableException(),
        LogLevel = parsed.GetRequiredValue(Level),
        FunctionNetwork = parsed.GetRequiredValue(Network),
        IdleTimeout = TimeSpan.FromSeconds(parsed.GetRequiredValue(IdleTimeout)),
        KeepMemoryBytes = (long)parsed.GetRequiredValue(KeepMemory) << 20,
        ShellMemoryBytes = (long)parsed.GetRequiredValue(ShellMemory) << 20,
        PrimeMemoryBytes = (long)parsed.GetRequiredValue(PrimeMemory) << 20,
        StackCacheBytes = (long)parsed.GetRequiredValue(StackCache) << 20,
        Organizations = Organizations.Parse(parsed.GetRequiredValue(Organization)),
        CodeStorageQuotaBytes = parsed.GetRequiredValue(CodeStorageQuota),
        AllowReset = parsed.GetValue(AllowReset),
        Keys = parsed.GetValue(Keys) is { } file ? KeyFile.Read(file) : null,
        EnforceIam = parsed.GetValue(EnforceIam),
        AllowedUnserved = parsed.GetRequiredValue(AllowUnserved),
    };

    private static async Task<int> RunAsync(UpOptions options, CancellationToken cancellationToken)
    {
        TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(context, stop));
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(context, stop));
        using ILoggerFactory loggers = StandardErrorLog.Create(options.LogLevel);
        await using House house = await House.OpenAsync(options, loggers, cancellationToken);
        await Console.Out.WriteLineAsync($"ready {house.Address.GetLeftPart(UriPartial.Authority)}");
        await Console.Out.FlushAsync(cancellationToken);
        await stop.Task;
        return 0;
    }

    // The first signal lets running work end; a second one does not wait for it. The jail ends all sandboxes when we are gone.
    private static void OnSignal(PosixSignalContext context, TaskCompletionSource stop)
    {
        context.Cancel = true;
        if (!stop.TrySetResult())
        {
            Environment.Exit(128 + (context.Signal == PosixSignal.SIGINT ? 2 : 15));
        }
    }
}
