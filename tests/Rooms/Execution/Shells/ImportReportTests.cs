using System.Text;
using Lamina.Execution.Shells;

namespace Lamina.Rooms.Tests.Execution.Shells;

public sealed class ImportReportTests : IDisposable
{
    private readonly string _code = Directory.CreateTempSubdirectory("lamina-code-").FullName;

    public void Dispose() => Directory.Delete(_code, recursive: true);

    [Theory]
    [InlineData("numpy.py", true)]
    [InlineData("numpy/__init__.py", true)]
    [InlineData("numpy/data.txt", true)]
    [InlineData("numpy.cpython-311-x86_64-linux-gnu.so", true)]
    [InlineData("absent.pyc", true)]
    [InlineData("paths.pth", true)]
    [InlineData("libblas.so.3", true)]
    [InlineData("lib/libblas.so.3", true)]
    [InlineData("numpy.json", false)]
    [InlineData("index.py", false)]
    [InlineData("vendor/numpy/__init__.py", false)]
    [InlineData("own.cpython-311-x86_64-linux-gnu.so", false)]
    [InlineData("lib/own.py", false)]
    [InlineData("numpy-1.0.dist-info/METADATA", false)]
    public void Code_that_would_have_been_found_first_is_noticed(string path, bool covered)
    {
        Write(path);
        Assert.Equal(covered, Parse("sought numpy\nsought absent").IsCoveredBy(_code));
    }

    [Fact]
    public void Distributions_beside_the_code_matter_to_those_who_read_about_distributions()
    {
        Write("numpy-1.0.dist-info/METADATA");
        Assert.True(Parse("sought numpy\nmetadata").IsCoveredBy(_code));
    }

    [Fact]
    public void Imports_are_read_in_their_order_and_what_is_none_is_a_fault()
    {
        ImportReport report = Parse("import 83.125 numpy\nimport 7 scipy.sparse");
        Assert.Equal([("numpy", 83.125), ("scipy.sparse", 7.0)], report.Imports.Select(static import => (import.Name, import.Duration.TotalMilliseconds)));
        Assert.Null(report.Fault);
        Assert.All(
            ["import 1 a b", "import -1 numpy", "import numpy", "import 1 ../numpy", "import 1 \u00e4", "import 1e400 numpy", "else"],
            static text => Assert.NotNull(Parse(text).Fault));
        Assert.Equal("an import prints", Parse("fault an import prints\nfault another").Fault);
    }

    private static ImportReport Parse(string text) => ImportReport.Parse(Encoding.UTF8.GetBytes(text));

    private void Write(string path)
    {
        string file = Path.Combine(_code, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "");
    }
}
