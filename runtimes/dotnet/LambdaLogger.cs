using System.Reflection;

namespace Lamina.Runtime;

/// <summary>The static logger of Amazon.Lambda.Core writes where its private fields say; they are found by their types.</summary>
internal static class LambdaLogger
{
    public static void Redirect(Assembly handler)
    {
        if (handler.GetReferencedAssemblies().FirstOrDefault(static name => name.Name == "Amazon.Lambda.Core") is not { } core
            || Assembly.Load(core).GetType("Amazon.Lambda.Core.LambdaLogger") is not { } logger)
        {
            return;
        }

        foreach (FieldInfo field in logger.GetFields(BindingFlags.Static | BindingFlags.NonPublic))
        {
            object? action = field.FieldType switch
            {
                var type when type == typeof(Action<string>) => (Action<string>)(static message => LogWriter.Write(null, message)),
                var type when type == typeof(Action<string, string, object[]>) => (Action<string, string, object[]>)(
                    static (level, message, values) => LogWriter.Write(level, MessageTemplate.Fill(message, values ?? []))),
                var type when type == typeof(Action<string, Exception, string, object[]>) => (Action<string, Exception, string, object[]>)(
                    static (level, error, message, values) => LogWriter.Write(level, MessageTemplate.Fill(message, values ?? []), error)),
                _ => null,
            };
            if (action is not null && !field.IsInitOnly && !field.IsLiteral)
            {
                field.SetValue(null, action);
            }
        }
    }
}
