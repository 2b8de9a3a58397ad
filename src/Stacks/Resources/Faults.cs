using Lamina.Contract;

namespace Lamina.Stacks.Resources;

/// <summary>What types of resources do about errors of the rooms.</summary>
internal static class Faults
{
    /// <summary>Somebody else's thing has the name already.</summary>
    public static AwsError Exists(string type, string name) => new(
        "AlreadyExistsException", 409, $"Resource of type '{type}' with identifier '{name}' already exists.", AwsErrorBody.LowerMessageOnly);

    public static bool IsNotThere(AwsError error) => error.Status == 404
        || error.Code.StartsWith("NoSuch", StringComparison.Ordinal) || error.Code.EndsWith("NotFound", StringComparison.Ordinal);

    /// <summary>Deletes, and is content when there is nothing.</summary>
    public static async Task DeleteAsync(Func<Task> delete)
    {
        try
        {
            await delete();
        }
        catch (AwsError error) when (IsNotThere(error))
        {
            // It is gone already: by a first try, or by somebody else.
        }
    }

    /// <summary>Null when what is asked for is not there.</summary>
    public static T? FindOrNull<T>(Func<T?> get)
        where T : class
    {
        try
        {
            return get();
        }
        catch (AwsError error) when (IsNotThere(error))
        {
            return null;
        }
    }
}
