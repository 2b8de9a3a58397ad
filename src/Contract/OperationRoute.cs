namespace Lamina.Contract;

/// <param name="Template">Path with labels in braces; a query that must be there stands behind '?'.</param>
/// <param name="Status">What success answers.</param>
public sealed record OperationRoute(string Name, string Method, string Template, int Status, bool Served);
