using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Faults;

/// <summary>Where a fault is, as far as it is known: a resource or an event by its id, a property below it by its path.</summary>
/// <param name="Id">The id of a resource or of an event; null for the template as a whole.</param>
/// <param name="Path">A path like <c>Auth.Authorizers</c>; null for the resource or event itself.</param>
/// <param name="Position">The place in the file, where it is known exactly.</param>
internal readonly record struct SamPlace(string? Id, string? Path, TemplatePosition Position);
