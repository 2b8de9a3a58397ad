using System.Globalization;
using System.Numerics;
using Lamina.Companions.DynamoDb;
using Lamina.Contract;

namespace Lamina.Rooms.Tests.Companions.DynamoDb;

public sealed class DynamoNumberTests
{
    private const int Rounds = 5000;

    [Theory]
    [InlineData("1", "1")]
    [InlineData("-0.0", "0")]
    [InlineData("+007.500", "7.5")]
    [InlineData("1E2", "100")]
    [InlineData("-12.5e-3", "-0.0125")]
    [InlineData(".5", "0.5")]
    [InlineData("12345678901234567890123456789012345678", "12345678901234567890123456789012345678")]
    public void Numbers_are_answered_in_one_form(string text, string printed) => Assert.Equal(printed, DynamoNumber.Parse(text).ToString());

    [Theory]
    [InlineData("", "The parameter cannot be converted to a numeric value")]
    [InlineData("1x", "The parameter cannot be converted to a numeric value: 1x")]
    [InlineData("1e", "The parameter cannot be converted to a numeric value: 1e")]
    [InlineData("NaN", "The parameter cannot be converted to a numeric value: NaN")]
    [InlineData("123456789012345678901234567890123456789", "Attempting to store more than 38 significant digits in a Number")]
    [InlineData("1E126", "Number overflow. Attempting to store a number with magnitude larger than supported range")]
    [InlineData("-1E-131", "Number underflow. Attempting to store a number with magnitude smaller than supported range")]
    public void What_is_no_number_of_DynamoDB_s_is_refused(string text, string message) =>
        Assert.Equal(message, Assert.Throws<AwsError>(() => DynamoNumber.Parse(text)).Message);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_order_of_the_bytes_is_that_of_the_numbers(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < Rounds; i++)
        {
            Compare(Any(random), Any(random));
            int exponent = random.Next(-3, 4);
            Compare(Small(random, exponent), Small(random, exponent));
        }
    }

    [Fact]
    public void Sums_are_exact()
    {
        Random random = new(3);
        for (int i = 0; i < Rounds; i++)
        {
            (long a, long b) = (random.NextInt64(long.MinValue, long.MaxValue), random.NextInt64(long.MinValue, long.MaxValue));
            Assert.Equal((new BigInteger(a) + b).ToString(CultureInfo.InvariantCulture), (DynamoNumber.Of(a) + DynamoNumber.Of(b)).ToString());
            Assert.Equal((new BigInteger(a) - b).ToString(CultureInfo.InvariantCulture), (DynamoNumber.Of(a) - DynamoNumber.Of(b)).ToString());
        }
    }

    private static void Compare(DynamoNumber a, DynamoNumber b)
    {
        int order = int.Sign(a.CompareTo(b));
        Assert.Equal((a, b, order), (a, b, int.Sign(a.ToOrderedBytes().AsSpan().SequenceCompareTo(b.ToOrderedBytes()))));
        Assert.Equal((a, b, order == 0), (a, b, a == b));
    }

    private static DynamoNumber Any(Random random)
    {
        string digits = string.Concat(Enumerable.Range(0, random.Next(1, 39)).Select(_ => random.Next(10)));
        return DynamoNumber.Parse(string.Create(CultureInfo.InvariantCulture, $"{(random.Next(2) == 0 ? "-" : "")}{digits}E{random.Next(-90, 80)}"));
    }

    private static DynamoNumber Small(Random random, int exponent) =>
        DynamoNumber.Parse(string.Create(CultureInfo.InvariantCulture, $"{random.Next(-2000, 2001)}e{exponent}"));
}
