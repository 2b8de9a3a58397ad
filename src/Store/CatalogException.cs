namespace Lamina.Store;

/// <summary>The catalog's file cannot be used: damaged, or written by a newer release. The message says which file and what to do.</summary>
public sealed class CatalogException(string message, Exception? inner) : Exception(message, inner);
