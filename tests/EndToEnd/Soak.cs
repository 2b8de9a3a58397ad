using System.Globalization;

namespace Lamina.EndToEnd.Tests;

/// <summary>How long the long tests run: soak.sh says it by variables, ./test.sh leaves them at what a suite can bear.</summary>
internal static class Soak
{
    public static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : otherwise;
}
