using System.CommandLine;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;
using Lamina.Contract;

namespace Lamina.Cli.Commands;

/// <summary>What every verb gets: the terminal, the clock, the one HttpClient and the options that name the server.</summary>
internal sealed class CliContext
{
    private readonly HttpClient _http;
    private readonly Surroundings _surroundings;

    private readonly Option<string> _endpoint = new("--endpoint")
    {
        Description = "Address of the server (LAMINA_ENDPOINT, AWS_ENDPOINT_URL)",
        HelpName = "URL",
        Recursive = true,
    };

    private readonly Option<string> _region = new("--region")
    {
        Description = "Region that the request is signed for (AWS_REGION, AWS_DEFAULT_REGION)",
        HelpName = "REGION",
        Recursive = true,
    };

    private readonly Option<string> _account = new("--account")
    {
        Description = "12-digit account that signs the request (LAMINA_ACCOUNT, AWS_ACCESS_KEY_ID)",
        HelpName = "ACCOUNT",
        Recursive = true,
    };

    public CliContext(Terminal terminal, HttpClient http, TimeProvider time, Surroundings surroundings)
    {
        Terminal = terminal;
        _http = http;
        Time = time;
        _surroundings = surroundings;
        _endpoint.DefaultValueFactory = _ => surroundings.Endpoint;
        _region.DefaultValueFactory = _ => surroundings.Region;
        _account.DefaultValueFactory = _ => surroundings.AccessKeyId;
        _account.Validators.Add(result =>
        {
            string text = result.GetValueOrDefault<string>();
            if (!result.Implicit && !AccountId.TryParse(text, out _))
            {
                result.AddError($"--account: '{text}' is not a 12-digit account id.");
            }
        });
        _endpoint.Validators.Add(result =>
        {
            string text = result.GetValueOrDefault<string>();
            if (!IsHttp(text, out _))
            {
                result.AddError($"--endpoint: '{text}' is not an http:// or https:// address, for example {Surroundings.DefaultEndpoint}.");
            }
        });
    }

    public Terminal Terminal { get; }

    public TimeProvider Time { get; }

    /// <summary>The folder of the clone, which the `lamina` script names; null when the program was started without it.</summary>
    public string? Home => _surroundings.Home;

    /// <summary>What can be made again.</summary>
    public string CacheFolder => _surroundings.CacheFolder;

    /// <summary>The server's executable, beside this one.</summary>
    public string Server => _surroundings.Server
        ?? ((string[])["lamina-server", "../server/lamina-server"]).Select(static name => Path.GetFullPath(name, AppContext.BaseDirectory)).FirstOrDefault(File.Exists)
        ?? throw new CliError("There is no server beside this program.", AppContext.BaseDirectory, "Run it by the script: ./lamina up TEMPLATE");

    /// <summary>Where `docker login` keeps the users of registries.</summary>
    public string DockerFolder => _surroundings.DockerFolder;

    public IEnumerable<Option> ConnectionOptions => [_endpoint, _region, _account];

    public LambdaClient Client(ParseResult parsed) => Client(parsed, Endpoint(parsed));

    public LambdaClient Client(ParseResult parsed, Uri endpoint) => new(Wire(parsed, endpoint, parsed.GetRequiredValue(_region)));

    public Uri Endpoint(ParseResult parsed) => new(parsed.GetRequiredValue(_endpoint));

    public Wire Wire(ParseResult parsed) => Wire(parsed, Endpoint(parsed), parsed.GetRequiredValue(_region));

    public Wire Wire(ParseResult parsed, Uri endpoint, string region) => new(
        _http,
        new Connection(endpoint, region, parsed.GetRequiredValue(_account), _surroundings.SecretAccessKey) { SessionToken = _surroundings.SessionToken },
        Time);

    /// <summary>The region that requests are signed for.</summary>
    /// <param name="otherwise">Counts where neither the command line nor the environment names one; null: none.</param>
    public string Region(ParseResult parsed, string? otherwise)
    {
        bool isNamed = parsed.GetResult(_region) is { Implicit: false } || _surroundings.NamesRegion;
        return isNamed || otherwise is null ? parsed.GetRequiredValue(_region) : otherwise;
    }

    private static bool IsHttp(string? text, out Uri? uri) =>
        Uri.TryCreate(text, UriKind.Absolute, out uri) && uri.Scheme is "http" or "https";
}

/// <summary>What the environment variables say; read once, in Program.</summary>
internal sealed record Surroundings(string Endpoint, string Region, string AccessKeyId, string SecretAccessKey, string? Home)
{
    public string? SessionToken { get; init; }

    public string DockerFolder { get; init; } = ".docker";

    public string CacheFolder { get; init; } = ".cache/lamina";

    /// <summary>Whether a variable does, and it is not only the default.</summary>
    public bool NamesRegion { get; init; }

    public string? Server { get; init; }

    public const string DefaultEndpoint = "http://127.0.0.1:4566";

    public static Surroundings From(Func<string, string?> variable) => new(
        First(variable, "LAMINA_ENDPOINT", "AWS_ENDPOINT_URL") ?? DefaultEndpoint,
        First(variable, "AWS_REGION", "AWS_DEFAULT_REGION") ?? "us-east-1",
        First(variable, "LAMINA_ACCOUNT", "AWS_ACCESS_KEY_ID") ?? AccountId.Default.Value,
        First(variable, "AWS_SECRET_ACCESS_KEY") ?? "lamina",
        First(variable, "LAMINA_HOME"))
    {
        SessionToken = First(variable, "AWS_SESSION_TOKEN"),
        NamesRegion = First(variable, "AWS_REGION", "AWS_DEFAULT_REGION") is not null,
        CacheFolder = Path.Combine(First(variable, "XDG_CACHE_HOME") ?? Path.Combine(First(variable, "HOME") ?? "/", ".cache"), "lamina"),
        Server = First(variable, "LAMINA_SERVER"),
        DockerFolder = First(variable, "DOCKER_CONFIG") ?? Path.Combine(First(variable, "HOME") ?? "/", ".docker"),
    };

    private static string? First(Func<string, string?> variable, params string[] names) =>
        names.Select(variable).FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));
}
