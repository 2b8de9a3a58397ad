using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Lamina.Contract;

namespace Lamina.Execution.StackCaches;

/// <summary>
/// What a process says it has loaded out of layers while it initialised, in that order. The first line is how long all of it took, each
/// other one a unit:
/// <code>
/// loaded 183.5
/// require /opt/nodejs/node_modules/a/index.js
/// import /opt/nodejs/node_modules/b/index.mjs
/// class com.example.A
/// </code>
/// </summary>
/// <remarks>
/// A function's code can write one as well. Whatever it names, only what the layers have at that place is ever loaded for it, in a sandbox
/// without anything of a function's.
/// </remarks>
/// <param name="Duration">How long loading took, with the function's own code between.</param>
/// <param name="Units">Lines as above.</param>
internal sealed partial record StackReport(TimeSpan Duration, ImmutableArray<string> Units)
{
    private const string Loaded = "loaded ";
    private const int MaxUnitLength = 512;

    /// <summary>Null where anything in it is not as it should be.</summary>
    /// <param name="text">Null: it was too long, or cut short.</param>
    public static StackReport? Parse(ReadOnlyMemory<byte>? text)
    {
        if (text is null)
        {
            return null;
        }

        string[] lines = Encoding.UTF8.GetString(text.Value.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        bool isGood = lines.Length is > 1 and <= Limits.StackCacheUnits + 1
            && lines[0].StartsWith(Loaded, StringComparison.Ordinal)
            && lines.Skip(1).All(IsUnit);
        return isGood && TryParseDuration(lines[0].AsSpan(Loaded.Length), out TimeSpan duration)
            ? new StackReport(duration, [.. lines.Skip(1).Distinct()])
            : null;
    }

    private static bool TryParseDuration(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        bool isGood = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double ms)
            && ms <= TimeSpan.FromSeconds(Limits.TimeoutSeconds).TotalMilliseconds;
        duration = isGood ? TimeSpan.FromMilliseconds(ms) : default;
        return isGood;
    }

    // The lookahead: no part of the path is empty, "." or "..".
    private static bool IsUnit(string line) => line.Length <= MaxUnitLength && Unit().IsMatch(line);

    [GeneratedRegex(@"\A(?:(?:require|import) /opt(?:/(?!\.{1,2}(?:/|\z))[!-.0-~]+)+|class [A-Za-z_$][A-Za-z0-9_$]*(?:\.[A-Za-z0-9_$]+)*)\z")]
    private static partial Regex Unit();
}
