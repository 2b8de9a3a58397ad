namespace Lamina.Tidy.Tests;

public sealed class FileTests
{
    private const long MaxBytes = 1024 * 1024;

    private static readonly string[] RootDocuments = ["README.md", "CONTRIBUTING.md", "LICENSE.md"];

    private static readonly string[] WordsWithoutAJob = ["Manager", "Helper", "Helpers", "Util", "Utils", "Common", "Impl", "Processor"];

    [Fact]
    public void The_root_has_no_stray_documents() => Repository.AssertNone(Repository.Files.Where(static file =>
        !file.Contains('/', StringComparison.Ordinal) && file.EndsWith(".md", StringComparison.Ordinal) && !RootDocuments.Contains(file)));

    [Fact]
    public void Nobody_keeps_plans_and_notes_in_the_repository() => Repository.AssertNone(Repository.Files.Where(static file =>
        file.EndsWith(".md", StringComparison.Ordinal)
        && (Has(file, "PLAN") || Has(file, "HANDOFF") || Has(file, "NOTES") || Has(file, "STATUS") || Has(file, "DRAFT"))));

    [Fact]
    public void No_README_stands_beside_code() => Repository.AssertNone(Repository.Files.Where(static file =>
        (file.StartsWith("src/", StringComparison.Ordinal) || file.StartsWith("tests/", StringComparison.Ordinal)) && Has(file, "README")));

    [Fact]
    public void No_file_is_larger_than_a_megabyte() =>
        Repository.AssertNone(Repository.Files.Where(static file => new FileInfo(Repository.PathOf(file)) is { LinkTarget: null, Length: > MaxBytes }));

    [Fact]
    public void A_type_s_name_says_its_job() => Repository.AssertNone(Repository.Sources.Where(static file =>
        WordsWithoutAJob.Any(word => Path.GetFileNameWithoutExtension(file).EndsWith(word, StringComparison.Ordinal))));

    [Fact]
    public void Every_document_is_linked_from_another_but_the_index_itself()
    {
        string[] documents = [.. Repository.Files.Where(static file => file.EndsWith(".md", StringComparison.Ordinal))];
        string all = string.Concat(documents.Select(static file => File.ReadAllText(Repository.PathOf(file))));
        Repository.AssertNone(documents.Where(file =>
            file.StartsWith("docs/", StringComparison.Ordinal) && file != "docs/README.md" && !all.Contains($"{Path.GetFileName(file)})", StringComparison.Ordinal)));
    }

    private static bool Has(string file, string word) => Path.GetFileName(file).Contains(word, StringComparison.OrdinalIgnoreCase);
}
