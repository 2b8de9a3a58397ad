using Lamina.Contract.Lambda;

namespace Lamina.Tidy.Tests;

/// <summary>Every operation of AWS's model has a file in Operations/ or a line in docs/not-served.txt.</summary>
public sealed class OperationTests
{
    private static readonly string[] NotServed =
        [.. Repository.ReadLines("docs/not-served.txt").Select(static line => line.Split('#')[0].Trim()).Where(static line => line.Length > 0)];

    [Fact]
    public void The_list_of_operations_not_served_is_the_one_the_routes_were_made_from() => Assert.Equal(
        LambdaRoutes.All.Where(static route => !route.Served).Select(static route => route.Name).Order(StringComparer.Ordinal), NotServed);

    [Fact]
    public void Every_operation_that_is_served_has_its_file() => Repository.AssertNone(LambdaRoutes.All.Where(static route => route.Served)
        .Select(static route => $"src/Server/Operations/{route.Name}.cs").Except(Repository.Files));

    [Fact]
    public void No_operation_is_both_served_and_on_the_list() =>
        Repository.AssertNone(NotServed.Select(static name => $"src/Server/Operations/{name}.cs").Intersect(Repository.Files));
}
