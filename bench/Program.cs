using Lamina.Bench;

if (BenchOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(BenchOptions.Usage);
    return 2;
}

// Baselines and Lamina are measured one after the other, never at the same time; the table puts them side by side.
// bench.sh says where the repository is; without it the current folder is.
string repository = Environment.GetEnvironmentVariable("LAMINA_HOME") ?? Environment.CurrentDirectory;
string scratch = Directory.CreateTempSubdirectory("lamina-bench-").FullName;
try
{
    List<Row> rows = await new Parts(options, repository, scratch).MeasureAsync();
    if (options.Json)
    {
        Report.WriteJson(Console.Out, rows);
    }
    else
    {
        Report.WriteTable(Console.Out, rows);
    }

    return 0;
}
finally
{
    Directory.Delete(scratch, recursive: true);
}
