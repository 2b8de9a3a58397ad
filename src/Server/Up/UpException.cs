namespace Lamina.Server.Up;

/// <summary>The server cannot start, for a reason that the operator can do something about: the message says what.</summary>
internal sealed class UpException(string message, Exception? inner = null) : Exception(message, inner);
