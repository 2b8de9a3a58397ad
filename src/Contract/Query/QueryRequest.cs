using System.Globalization;
using Lamina.Contract.Models;

namespace Lamina.Contract.Query;

/// <summary>
/// The members of a request of the query protocol, or of one structure in it. Sample:
/// <c>RoleName=deploy&amp;Tags.member.1.Key=team&amp;Tags.member.1.Value=blue</c>. What is asked for by name is checked already.
/// </summary>
public sealed class QueryRequest
{
    // An index beyond it is no list that a client makes; it bounds the work on hostile input.
    private const int ListItems = 1_000;

    private readonly IReadOnlyDictionary<string, string> _parameters;
    private readonly string _prefix;

    private QueryRequest(IReadOnlyDictionary<string, string> parameters, string prefix)
    {
        _parameters = parameters;
        _prefix = prefix;
    }

    /// <summary>Throws AWS's ValidationError that names every constraint that is violated.</summary>
    public static QueryRequest Read(IReadOnlyDictionary<string, string> parameters, OperationModel operation)
    {
        QueryRequest request = new(parameters, "");
        ConstraintViolations violations = new();
        foreach (MemberModel member in operation.Members)
        {
            request.Check(member, member.Name, PathOf(member.Name), violations);
        }

        return violations.Describe() is { } text ? throw ValidationError(text) : request;
    }

    public string? Text(string name) => _parameters.GetValueOrDefault(_prefix + name);

    public string RequiredText(string name) => Text(name) ?? "";

    public int? Number(string name) => Text(name) is { } text ? ParseNumber(text) : null;

    public bool Flag(string name) => Text(name) == "true";

    public IReadOnlyList<string> Texts(string name)
    {
        List<string> texts = [];
        while (texts.Count < ListItems && Text(ItemName(name, texts.Count)) is { } text)
        {
            texts.Add(text);
        }

        return texts;
    }

    public IReadOnlyList<QueryRequest> Structures(string name)
    {
        List<QueryRequest> structures = [];
        while (structures.Count < ListItems && HasMembers($"{_prefix}{ItemName(name, structures.Count)}."))
        {
            structures.Add(new QueryRequest(_parameters, $"{_prefix}{ItemName(name, structures.Count)}."));
        }

        return structures;
    }

    /// <summary>Whether a list is there, if only empty: clients then send its bare name.</summary>
    public bool Has(string name) => Text(name) is not null || HasMembers($"{_prefix}{name}.");

    private bool HasMembers(string prefix) => _parameters.Keys.Any(key => key.StartsWith(prefix, StringComparison.Ordinal));

    private static string ItemName(string name, int index) => string.Create(CultureInfo.InvariantCulture, $"{name}.member.{index + 1}");

    private static string PathOf(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private void Check(MemberModel member, string name, string path, ConstraintViolations violations)
    {
        if (member.Required)
        {
            violations.Required(Has(name) ? name : null, path);
        }

        switch (member.Kind)
        {
            case MemberKind.Integer:
                violations.Check(member.Numeric, Number(name), path);
                break;
            case MemberKind.Flag when Text(name) is not (null or "true" or "false"):
                throw new AwsError("MalformedInput", 400, $"{path} is neither true nor false.", AwsErrorBody.LowerMessageOnly);
            case MemberKind.List when Has(name):
                CheckList(member, name, path, violations);
                break;
            case MemberKind.Structure when HasMembers($"{_prefix}{name}."):
                CheckMembers(new QueryRequest(_parameters, $"{_prefix}{name}."), member, path, violations);
                break;
            case MemberKind.Text:
                violations.Check(member.Text, Text(name), path);
                break;
        }
    }

    private void CheckList(MemberModel list, string name, string path, ConstraintViolations violations)
    {
        MemberModel element = list.Element!;
        if (element.Kind != MemberKind.Structure)
        {
            violations.Check(new ListConstraint { Max = (int?)list.Max, Min = (int?)list.Min, Element = element.Text, Flat = false }, Texts(name), path);
            return;
        }

        IReadOnlyList<QueryRequest> items = Structures(name);
        violations.Check(new ListConstraint { Max = (int?)list.Max, Min = (int?)list.Min, Element = null, Flat = false }, items, path);
        for (int i = 0; i < items.Count; i++)
        {
            CheckMembers(items[i], element, string.Create(CultureInfo.InvariantCulture, $"{path}.{i + 1}.member"), violations);
        }
    }

    private static void CheckMembers(QueryRequest structure, MemberModel shape, string path, ConstraintViolations violations)
    {
        foreach (MemberModel member in shape.Members)
        {
            structure.Check(member, member.Name, $"{path}.{PathOf(member.Name)}", violations);
        }
    }

    private static int ParseNumber(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new AwsError("MalformedInput", 400, $"'{(text.Length > 40 ? text[..40] : text)}' is not a number.", AwsErrorBody.LowerMessageOnly);

    private static AwsError ValidationError(string text) => new("ValidationError", 400, text, AwsErrorBody.LowerMessageOnly);
}
