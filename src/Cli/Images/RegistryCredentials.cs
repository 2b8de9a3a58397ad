using System.Text;

namespace Lamina.Cli.Images;

/// <summary>A user of a registry.</summary>
internal sealed record RegistryCredentials(string User, string Password)
{
    public string Basic => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));

    /// <summary>What `docker login` keeps in its config.json; null when it knows no user, or keeps them in a program of their own.</summary>
    /// <param name="folder">DOCKER_CONFIG, or the folder .docker of the user's home.</param>
    public static async Task<RegistryCredentials?> FindAsync(string folder, string host, CancellationToken cancellationToken)
    {
        string file = Path.Combine(folder, "config.json");
        if (!File.Exists(file))
        {
            return null;
        }

        byte[] json = await File.ReadAllBytesAsync(file, cancellationToken);
        IReadOnlyDictionary<string, DockerAuthentication> known =
            ImageJson.Read(json, ImageJson.Default.DockerConfiguration, file).Auths ?? new Dictionary<string, DockerAuthentication>();
        string? basic = (known.GetValueOrDefault(host) ?? known.GetValueOrDefault($"https://{host}"))?.Auth;
        return basic is null ? null : Parse(basic, file);
    }

    private static RegistryCredentials Parse(string basic, string file)
    {
        byte[] bytes = new byte[basic.Length];
        string text = Convert.TryFromBase64String(basic, bytes, out int length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? new RegistryCredentials(text[..colon], text[(colon + 1)..])
            : throw new CliError("A registry's user in it cannot be read.", file, "Log in to the registry again.");
    }
}
