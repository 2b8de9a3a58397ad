using Lamina.Access;
using Lamina.Contract;

namespace Lamina.Rooms.Tests.Access;

public sealed class OrganizationsTests
{
    [Fact]
    public void An_account_belongs_to_the_organisation_that_names_it()
    {
        Organizations organizations = Organizations.Parse(["o-a1b2c3d4e5=111111111111,222222222222", "o-f6g7h8i9j0=333333333333"]);
        Assert.Equal("o-a1b2c3d4e5", organizations.Of(AccountId.Parse("222222222222")));
        Assert.Equal("o-f6g7h8i9j0", organizations.Of(AccountId.Parse("333333333333")));
        Assert.Null(organizations.Of(AccountId.Default));
        Assert.Equal(["o-a1b2c3d4e5", "o-f6g7h8i9j0"], organizations.Members.Keys);
    }

    [Theory]
    [InlineData("o-a1b2c3d4e5")]
    [InlineData("a1b2c3d4e5=111111111111")]
    [InlineData("o-A1=111111111111")]
    [InlineData("o-a1b2c3d4e5=1111")]
    [InlineData("o-a1b2c3d4e5=111111111111,")]
    public void A_line_that_is_not_understood_is_named(string line) =>
        Assert.Contains(line, Assert.Throws<FormatException>(() => Organizations.Parse([line])).Message, StringComparison.Ordinal);

    [Fact]
    public void An_account_is_in_one_organisation_only() => Assert.Contains(
        "111111111111",
        Assert.Throws<FormatException>(() => Organizations.Parse(["o-a1b2c3d4e5=111111111111", "o-f6g7h8i9j0=111111111111"])).Message,
        StringComparison.Ordinal);
}
