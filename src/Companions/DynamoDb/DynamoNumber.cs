using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Lamina.Companions.DynamoDb;

/// <summary>
/// A number as DynamoDB keeps it: up to 38 significant digits, magnitude from 1E-130 to 9.99…E+125, exact. It is
/// <c>Coefficient × 10^Exponent</c> with no zeros at the coefficient's end, so equal numbers are equal records.
/// </summary>
internal readonly partial record struct DynamoNumber : IComparable<DynamoNumber>
{
    public const int MaxDigits = 38;

    private const int LeastMagnitude = -130;
    private const int GreatestMagnitude = 125;

    // Far beyond what a number may have, and what is given to BigInteger at all.
    private const int MaxText = 1000;
    private const int MaxExponent = 100_000;

    private DynamoNumber(BigInteger coefficient, int exponent) => (Coefficient, Exponent) = (coefficient, exponent);

    public BigInteger Coefficient { get; }

    public int Exponent { get; }

    public int Sign => Coefficient.Sign;

    /// <summary>Of the first digit: 0 for 1 to 9.99….</summary>
    private int Magnitude => Digits.Length - 1 + Exponent;

    private string Digits => BigInteger.Abs(Coefficient).ToString(CultureInfo.InvariantCulture);

    /// <summary>Throws <c>ValidationException</c> for what is no number, or none that DynamoDB has.</summary>
    public static DynamoNumber Parse(string text)
    {
        Match match = Form().Match(text);
        string digits = match.Groups["whole"].Value + match.Groups["fraction"].Value;
        if (!match.Success || digits.Length == 0 || text.Length > MaxText)
        {
            throw DynamoDbErrors.Validation($"The parameter cannot be converted to a numeric value{(text.Length is 0 or > MaxText ? "" : $": {text}")}");
        }

        BigInteger coefficient = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        string exponent = match.Groups["exponent"].Value;
        int magnitude = exponent.Length == 0 ? 0
            : int.TryParse(exponent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int small) ? Math.Clamp(small, -MaxExponent, MaxExponent)
            : exponent[0] == '-' ? -MaxExponent
            : MaxExponent;
        return Of(match.Groups["sign"].Value == "-" ? -coefficient : coefficient, magnitude - match.Groups["fraction"].Length);
    }

    public static DynamoNumber Of(long value) => Of(new BigInteger(value), 0);

    public static DynamoNumber operator +(DynamoNumber left, DynamoNumber right)
    {
        int exponent = Math.Min(left.Exponent, right.Exponent);
        return Of(left.ScaledTo(exponent) + right.ScaledTo(exponent), exponent);
    }

    public static DynamoNumber operator -(DynamoNumber left, DynamoNumber right) => left + new DynamoNumber(-right.Coefficient, right.Exponent);

    public int CompareTo(DynamoNumber other)
    {
        if (Sign != other.Sign || Sign == 0)
        {
            return Sign.CompareTo(other.Sign);
        }

        int exponent = Math.Min(Exponent, other.Exponent);
        return ScaledTo(exponent).CompareTo(other.ScaledTo(exponent));
    }

    /// <summary>Bytes that an item with it is counted for: one for two digits, one for the rest.</summary>
    public int SizeBytes => Sign == 0 ? 1 : ((Digits.Length + 1) / 2) + 1 + (Sign < 0 ? 1 : 0);

    /// <summary>As AWS answers it: without an exponent, however many zeros that takes.</summary>
    public override string ToString()
    {
        string digits = Digits;
        string text = Exponent >= 0 ? digits + new string('0', Exponent)
            : -Exponent < digits.Length ? $"{digits[..(digits.Length + Exponent)]}.{digits[(digits.Length + Exponent)..]}"
            : $"0.{new string('0', -Exponent - digits.Length)}{digits}";
        return Sign < 0 ? $"-{text}" : text;
    }

    /// <summary>
    /// Bytes in the order of the numbers: a byte for the sign, one for the magnitude, one for each two digits. Those of negative numbers are
    /// turned round, and end in a byte greater than any digits, because -1.23 comes before -1.2.
    /// </summary>
    public byte[] ToOrderedBytes()
    {
        if (Sign == 0)
        {
            return [0x80];
        }

        string digits = Digits;
        int pairs = (digits.Length + 1) / 2;
        digits = digits.PadRight(pairs * 2, '0');
        bool negative = Sign < 0;
        byte[] bytes = new byte[pairs + (negative ? 3 : 2)];
        int magnitude = Magnitude - LeastMagnitude;
        bytes[0] = (byte)(negative ? 0x7F : 0x81);
        bytes[1] = (byte)(negative ? 0xFF - magnitude : magnitude);
        for (int i = 0; i < pairs; i++)
        {
            int pair = ((digits[2 * i] - '0') * 10) + (digits[(2 * i) + 1] - '0');
            bytes[i + 2] = (byte)(negative ? 100 - pair : pair + 1);
        }

        if (negative)
        {
            bytes[^1] = 0xFF;
        }

        return bytes;
    }

    private static DynamoNumber Of(BigInteger coefficient, int exponent)
    {
        if (coefficient.IsZero)
        {
            return default;
        }

        string digits = BigInteger.Abs(coefficient).ToString(CultureInfo.InvariantCulture);
        string kept = digits.TrimEnd('0');
        int zeros = digits.Length - kept.Length;
        DynamoNumber number = new(zeros == 0 ? coefficient : coefficient / BigInteger.Pow(10, zeros), exponent + zeros);
        int magnitude = kept.Length - 1 + number.Exponent;
        return magnitude > GreatestMagnitude
                ? throw DynamoDbErrors.Validation("Number overflow. Attempting to store a number with magnitude larger than supported range")
            : magnitude < LeastMagnitude
                ? throw DynamoDbErrors.Validation("Number underflow. Attempting to store a number with magnitude smaller than supported range")
            : kept.Length > MaxDigits
                ? throw DynamoDbErrors.Validation("Attempting to store more than 38 significant digits in a Number")
            : number;
    }

    private BigInteger ScaledTo(int exponent) => Coefficient * BigInteger.Pow(10, Exponent - exponent);

    [GeneratedRegex(@"\A(?<sign>[+-]?)(?<whole>[0-9]*)(\.(?<fraction>[0-9]*))?([eE](?<exponent>[+-]?[0-9]+))?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
