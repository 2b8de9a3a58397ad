using System.Text;

namespace Lamina.Cli.Builds;

/// <summary>Package managers write into scripts where the interpreter is that they ran in; in the sandbox it is found by its name.</summary>
internal static class ScriptInterpreter
{
    /// <param name="word">What the path of such an interpreter contains; other scripts are left alone.</param>
    /// <param name="interpreter">Its name in the sandbox.</param>
    public static void Rewrite(string script, string word, string interpreter)
    {
        byte[] content = File.ReadAllBytes(script);
        if (content is not [(byte)'#', (byte)'!', ..])
        {
            return;
        }

        string[] lines = Encoding.Latin1.GetString(content).Split('\n');

        // pip hides a path that has spaces, or is too long for the kernel, from sh in a Python string over three lines.
        bool hidden = lines is ["#!/bin/sh", var exec, ..] && exec.StartsWith("'''exec'", StringComparison.Ordinal);
        if (hidden || lines[0].Contains(word, StringComparison.Ordinal))
        {
            string[] rewritten = [$"#!/usr/bin/env {interpreter}", .. lines.Skip(hidden ? 3 : 1)];
            File.WriteAllBytes(script, Encoding.Latin1.GetBytes(string.Join('\n', rewritten)));
        }
    }
}
