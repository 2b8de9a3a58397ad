using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Lamina.Contract;

namespace Lamina.Access;

/// <summary>Which account belongs to which organisation: configuration, fixed while the server runs. An account is in one at most, as in AWS.</summary>
public sealed partial class Organizations
{
    private readonly FrozenDictionary<AccountId, string> _byAccount;

    private Organizations(IEnumerable<KeyValuePair<AccountId, string>> members) => _byAccount = members.ToFrozenDictionary();

    public static Organizations None { get; } = new([]);

    /// <summary>Every organisation with its accounts, both in order.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<AccountId>> Members => _byAccount
        .GroupBy(static member => member.Value, static member => member.Key, StringComparer.Ordinal)
        .ToImmutableSortedDictionary(
            static organization => organization.Key,
            static organization => organization.OrderBy(static account => account.Value, StringComparer.Ordinal).ToImmutableArray(),
            StringComparer.Ordinal);

    /// <summary>Reads lines of the form <c>o-abcdefghij=111111111111,222222222222</c>; throws FormatException that says which one is wrong and why.</summary>
    public static Organizations Parse(IEnumerable<string> lines)
    {
        Dictionary<AccountId, string> members = [];
        foreach (string line in lines)
        {
            if (line.Split('=') is not [var organization, var accounts] || !OrganizationId().IsMatch(organization))
            {
                throw new FormatException($"'{line}' is not of the form o-ID=ACCOUNT,ACCOUNT.");
            }

            foreach (string text in accounts.Split(','))
            {
                if (!AccountId.TryParse(text, out AccountId account))
                {
                    throw new FormatException($"'{text}' in '{line}' is not an account of 12 digits.");
                }

                if (!members.TryAdd(account, organization) && members[account] != organization)
                {
                    throw new FormatException($"The account {account} is in {members[account]} and in {organization}; it can be in one organisation only.");
                }
            }
        }

        return new Organizations(members);
    }

    public string? Of(AccountId account) => _byAccount.GetValueOrDefault(account);

    // AWS's ids have 10 to 32 characters behind "o-"; a shorter one is let in here and no permission can name it.
    [GeneratedRegex(@"\Ao-[a-z0-9]{1,32}\z")]
    private static partial Regex OrganizationId();
}
