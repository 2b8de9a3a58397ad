using Lamina.Runtime;

return RuntimeLoop.Run();
