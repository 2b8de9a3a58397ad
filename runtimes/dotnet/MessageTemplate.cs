using System.Globalization;
using System.Text;

namespace Lamina.Runtime;

/// <summary>Fills templates as loggers have them: <c>{0}</c>, <c>{name}</c>, <c>{@name}</c>, <c>{price:0.00}</c>.</summary>
internal static class MessageTemplate
{
    public static string Fill(string template, object?[] values)
    {
        if (values.Length == 0)
        {
            return template;
        }

        StringBuilder text = new();
        int next = 0;
        for (int at = 0; at < template.Length; at++)
        {
            int end = template[at] == '{' ? template.IndexOf('}', at) : -1;
            bool isDoubled = at + 1 < template.Length && template[at + 1] == template[at] && template[at] is '{' or '}';
            if (isDoubled || end < 0)
            {
                text.Append(template[at]);
                at += isDoubled ? 1 : 0;
                continue;
            }

            string[] hole = template[(at + 1)..end].TrimStart('@').Split(':', 2);
            int index = int.TryParse(hole[0], CultureInfo.InvariantCulture, out int position) ? position : next++;
            text.Append(index >= values.Length
                ? template[at..(end + 1)]
                : string.Format(CultureInfo.InvariantCulture, hole.Length > 1 ? $"{{0:{hole[1]}}}" : "{0}", values[index]));
            at = end;
        }

        return text.ToString();
    }
}
