using System.CommandLine;
using Lamina.Server.Doctor;
using Lamina.Server.Up;

RootCommand root = new("Lamina: AWS Lambda and its layers on this machine.")
{
    UpCommand.Create(),
    DoctorCommand.Create(),
    RuntimesCommand.Create(),
};

return await root.Parse(args).InvokeAsync();
