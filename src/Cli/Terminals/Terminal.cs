using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lamina.Cli.Lambda;
using Spectre.Console;

namespace Lamina.Cli.Terminals;

/// <summary>
/// Where the verbs write. Standard output carries only what was asked for; everything said along the way goes to standard
/// error. Colours and spinners appear on a terminal only.
/// </summary>
internal sealed class Terminal
{
    /// <summary>Below this nobody wonders whether anything happens.</summary>
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(1);

    /// <summary>Wide enough that a table on a pipe is never folded.</summary>
    private const int PipeWidth = 4096;

    private readonly TimeProvider _time;
    private readonly bool _errorIsTerminal;

    public Terminal(TerminalOptions options, TimeProvider time)
    {
        _time = time;
        _errorIsTerminal = options.ErrorIsTerminal;
        IsInteractive = options.InputIsTerminal && options.ErrorIsTerminal;
        Input = options.Input;
        Output = options.Output;
        Error = options.Error;
        Out = Console(options.Output, options.OutputIsTerminal, options.Colours);
        Err = Console(options.Error, options.ErrorIsTerminal, options.Colours);
    }

    /// <summary>Whether somebody sits there who can be asked.</summary>
    public bool IsInteractive { get; }

    public TextReader Input { get; }

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    public IAnsiConsole Out { get; }

    public IAnsiConsole Err { get; }

    public void Print(Table table) => Out.Write(table);

    public void PrintLine(string text) => Output.WriteLine(text);

    /// <summary>JSON is printed as it is, never folded or coloured.</summary>
    public void PrintJson(ReadOnlySpan<byte> json) => Output.WriteLine(Encoding.UTF8.GetString(json));

    public void PrintJson(JsonNode json)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, ReadableJson.Writing))
        {
            json.WriteTo(writer);
        }

        PrintJson(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    public void Note(string text) => Err.MarkupLineInterpolated($"[grey]{text}[/]");

    /// <summary>One line of what happens: a word in its colour, and the rest.</summary>
    public void Tell(string colour, string word, string text) => Err.MarkupLine($"[{colour}]{Markup.Escape(word)}[/] {Markup.Escape(text)}");

    /// <summary>Asks on standard error, so that standard output carries only what was asked for. An empty answer is the default.</summary>
    /// <param name="fallback">Null: there is none, and an answer is waited for.</param>
    public async Task<string> AskAsync(string question, string? fallback, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Error.WriteAsync($"{question}{(fallback is null ? "" : $" [{fallback}]")}: ".AsMemory(), cancellationToken);
            await Error.FlushAsync(cancellationToken);

            // The console's own asynchronous reading is not: it would hold Ctrl-C back.
            string answer = await Task.Run(() => Input.ReadLine(), CancellationToken.None).WaitAsync(cancellationToken)
                ?? throw new CliError("Standard input ended before all was answered.", question, "Answer every question, or say the values as options.");
            if (answer.Trim() is { Length: > 0 } given)
            {
                return given;
            }

            if (fallback is not null)
            {
                return fallback;
            }
        }
    }

    /// <summary>Asks until the answer is yes or no.</summary>
    public async Task<bool> AgreesAsync(string question, bool otherwise, CancellationToken cancellationToken)
    {
        while (true)
        {
            switch ((await AskAsync(question, otherwise ? "Y" : "N", cancellationToken)).ToUpperInvariant())
            {
                case "Y" or "YES":
                    return true;
                case "N" or "NO":
                    return false;
            }
        }
    }

    /// <summary>What went wrong, where, and what to do about it.</summary>
    public void Complain(string what, string? where, string? fix)
    {
        Err.MarkupLineInterpolated($"[red]lamina:[/] {what}");
        if (where is not null)
        {
            Err.MarkupLineInterpolated($"  [grey]at[/]  {where}");
        }

        if (fix is not null)
        {
            Err.MarkupLineInterpolated($"  [grey]fix[/] {fix}");
        }
    }

    public async Task<T> WithProgressAsync<T>(string what, Func<Task<T>> work)
    {
        Task<T> running = work();
        Task quiet = Task.Delay(QuietTime, _time, CancellationToken.None);
        if (await Task.WhenAny(running, quiet) == running)
        {
            return await running;
        }

        if (!_errorIsTerminal)
        {
            await Error.WriteLineAsync($"{what}…");
            return await running;
        }

        return await Err.Status().Spinner(Spinner.Known.Dots).StartAsync($"{Markup.Escape(what)}…", _ => running);
    }

    /// <summary>The same for work that says how far it is: on a terminal the spinner's text follows.</summary>
    public async Task<T> WithProgressAsync<T, TStep>(string what, Func<TStep, string> describe, Func<Action<TStep>, Task<T>> work)
    {
        if (!_errorIsTerminal)
        {
            return await WithProgressAsync(what, () => work(static _ => { }));
        }

        return await Err.Status().Spinner(Spinner.Known.Dots).StartAsync(
            $"{Markup.Escape(what)}…", status => work(step => status.Status(Markup.Escape(describe(step)))));
    }

    /// <summary>Work that shows how things are, again and again in the same place; elsewhere than on a terminal it is given null, and says lines.</summary>
    public async Task<T> LiveAsync<T>(bool quiet, Func<Action<Table>?, Task<T>> work) => quiet || !_errorIsTerminal
        ? await work(null)
        : await Err.Live(new Text(string.Empty)).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Top).StartAsync(live => work(table =>
        {
            live.UpdateTarget(table);
            live.Refresh();
        }));

    public static Table Columns(params string[] titles)
    {
        Table table = new Table().Border(TableBorder.None);
        foreach (string title in titles)
        {
            table.AddColumn(new TableColumn($"[grey]{Markup.Escape(title)}[/]") { NoWrap = true, Padding = new Padding(0, 0, 2, 0) });
        }

        return table;
    }

    private static IAnsiConsole Console(TextWriter writer, bool isTerminal, bool colours)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal && colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = isTerminal && colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
        });
        if (!isTerminal)
        {
            console.Profile.Width = PipeWidth;
        }

        return console;
    }
}

/// <param name="Colours">False when NO_COLOR is set or the terminal is dumb.</param>
internal sealed record TerminalOptions(
    TextWriter Output, TextWriter Error, bool OutputIsTerminal, bool ErrorIsTerminal, bool Colours)
{
    public TextReader Input { get; init; } = TextReader.Null;

    public bool InputIsTerminal { get; init; }
}
