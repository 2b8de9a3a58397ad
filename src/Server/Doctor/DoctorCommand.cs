using System.CommandLine;

namespace Lamina.Server.Doctor;

/// <summary><c>lamina doctor</c>: what this machine offers, what is degraded and how to mend it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        Command command = new("doctor", "Show what this machine offers to Lamina, and how to mend what is missing.");
        command.SetAction(static _ => 0);
        return command;
    }
}
