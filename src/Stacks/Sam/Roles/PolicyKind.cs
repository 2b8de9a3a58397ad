namespace Lamina.Stacks.Sam.Roles;

/// <summary>What an entry of Policies is.</summary>
internal enum PolicyKind
{
    /// <summary>A name or ARN, or an intrinsic function that gives one.</summary>
    Managed,

    /// <summary>A policy document.</summary>
    Document,

    /// <summary>A SAM policy template with its parameters.</summary>
    Template,
    Unknown,
}
