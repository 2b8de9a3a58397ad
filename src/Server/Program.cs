using System.CommandLine;
using Lamina.Server.Doctor;
using Lamina.Server.Up;

RootCommand root = new("Lamina: AWS Lambda and its layers on this machine.")
{
    UpCommand.Create(),
    DoctorCommand.Create(),
    RuntimesCommand.Create(),
};

// Signals are the verb's own business: the parser would end the process two seconds after one.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
