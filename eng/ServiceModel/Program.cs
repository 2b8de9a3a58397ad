// Writes the C# of one AWS service: dotnet run --project eng/ServiceModel -- MODEL.json eng/ServiceModel/lambda.corrections.json
//                                    docs/not-served.txt src/Contract/Generated/Lambda tests/Rooms/Server/lambda-constraints.json
// The model is the service-2.json that botocore publishes; it is read, never kept here. The same input gives the same bytes.
using Lamina.ServiceModel;

if (args is not [var modelPath, var correctionsPath, var notServedPath, var outputDirectory, var constraintTablePath])
{
    Console.Error.WriteLine("usage: ServiceModel MODEL.json CORRECTIONS.json NOT-SERVED.txt OUTPUT-DIRECTORY CONSTRAINT-TABLE.json");
    return 2;
}

ServiceDescription service = ModelReader.Read(modelPath, Corrections.Read(correctionsPath), NotServed.Read(notServedPath));
Directory.CreateDirectory(outputDirectory);
Write("Shapes.cs", ShapesWriter.Write(service));
Write("LambdaJson.cs", JsonContextWriter.Write(service));
Write("LambdaRoutes.cs", RoutesWriter.Write(service));
Write("LambdaRequests.cs", RequestsWriter.Write(service));
Write("LambdaConstraints.cs", ConstraintsWriter.Write(service));
Write("LambdaErrors.cs", ErrorsWriter.Write(service));
File.WriteAllText(constraintTablePath, ConstraintTableWriter.Write(service));
return 0;

void Write(string name, string content) => File.WriteAllText(Path.Combine(outputDirectory, name), content);
