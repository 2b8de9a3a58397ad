using System.Text;
using Lamina.Stacks.Sam.Data;

namespace Lamina.Stacks.Sam.Roles;

/// <summary>AWS's managed policies by their names, from managed-policies.txt: the partitions that have the policy, and its path.</summary>
internal static class ManagedPolicies
{
    private static readonly Lazy<Dictionary<string, (string Partitions, string Path)>> All = new(Read);

    /// <summary>The policy's ARN; what is no name of AWS's stays what it is.</summary>
    public static string Arn(string nameOrArn, string partition)
    {
        char letter = partition switch { "aws" => 'a', "aws-cn" => 'c', "aws-us-gov" => 'g', "aws-eusc" => 'e', _ => ' ' };
        return All.Value.TryGetValue(nameOrArn, out (string Partitions, string Path) policy) && policy.Partitions.Contains(letter, StringComparison.Ordinal)
            ? Arns.ManagedPolicy(partition, policy.Path) : nameOrArn;
    }

    private static Dictionary<string, (string Partitions, string Path)> Read()
    {
        Dictionary<string, (string Partitions, string Path)> all = new(StringComparer.Ordinal);
        foreach (string line in Encoding.UTF8.GetString(DataFile.ReadBytes("managed-policies.txt")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split(' ');
            all[parts[1][(parts[1].LastIndexOf('/') + 1)..]] = (parts[0], parts[1]);
        }

        return all;
    }
}
