namespace Lamina.Stacks.Sam.Faults;

/// <summary>A resource that would have the id of another one.</summary>
internal sealed class SamDuplicateIdException(string logicalId, string duplicateId, string type) : SamException(
    logicalId,
    $"Transforming resource with id [{logicalId}] attempts to create a new resource with id [{duplicateId}] and type \"{type}\". "
    + "A resource with that id already exists within this template. Please use a different id for that resource.",
    new(logicalId, null, default));
