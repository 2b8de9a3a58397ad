using System.Globalization;

namespace Lamina.Stacks.Templates;

/// <summary>A number, kept as it is written in JSON: an integer of any length, or a floating-point number in its shortest form.</summary>
internal sealed class TemplateNumber(string digits, bool isInteger) : TemplateNode
{
    public string Digits { get; } = digits;

    public bool IsInteger { get; } = isInteger;

    public override bool IsTruthy => Digits.AsSpan().IndexOfAnyInRange('1', '9') >= 0;

    /// <summary>The shortest form that reads back as the same number, as Python writes it: <c>1.0</c>, <c>0.5</c>, <c>1e+16</c>.</summary>
    public static string Shortest(double value)
    {
        double size = Math.Abs(value);
        if (size is >= 1e16 or (> 0 and < 1e-4))
        {
            string text = value.ToString("E16", CultureInfo.InvariantCulture);
            for (int digits = 0; digits < 16; digits++)
            {
                text = value.ToString($"E{digits}", CultureInfo.InvariantCulture);
                if (double.Parse(text, CultureInfo.InvariantCulture).Equals(value))
                {
                    break;
                }
            }

            int mark = text.IndexOf('E', StringComparison.Ordinal);
            return $"{text[..mark]}e{text[mark + 1]}{text[(mark + 2)..].TrimStart('0').PadLeft(2, '0')}";
        }

        string plain = value.ToString("0.#################", CultureInfo.InvariantCulture);
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        plain = shortest.Contains('E', StringComparison.Ordinal) ? plain : shortest;
        return plain.Contains('.', StringComparison.Ordinal) ? plain : $"{plain}.0";
    }

    public override TemplateNode Copy() => this;

    public override bool SameAs(TemplateNode? other) => other is TemplateNumber number
        && (number.Digits == Digits || (double.TryParse(number.Digits, CultureInfo.InvariantCulture, out double theirs)
            && double.TryParse(Digits, CultureInfo.InvariantCulture, out double ours) && theirs.Equals(ours)));
}
