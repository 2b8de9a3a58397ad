using Lamina.Server.Verbs;

return await ServerCommand.RunAsync(args);
