// Writes the C# of one AWS service: dotnet run --project eng/ServiceModel -- MODEL.json eng/ServiceModel/lambda.corrections.json
//                                    docs/not-served.txt src/Contract/Generated/Lambda tests/Rooms/Server/lambda-constraints.json
// Of S3 the routes only:             dotnet run --project eng/ServiceModel -- s3 MODEL.json docs/not-served.txt src/Contract/Generated/S3
// The model is the service-2.json that botocore publishes; it is read, never kept here. The same input gives the same bytes.
// Of IAM, STS and the services asked in JSON: dotnet run --project eng/ServiceModel -- operations MODEL.json logs docs/not-served.txt
//                                    src/Contract/Generated/Models/LogsOperations.cs
using Lamina.ServiceModel;

if (args is ["s3", var s3ModelPath, var s3NotServedPath, var s3OutputDirectory])
{
    Directory.CreateDirectory(s3OutputDirectory);
    File.WriteAllText(Path.Combine(s3OutputDirectory, "S3Routes.cs"), S3RoutesWriter.Write(s3ModelPath, NotServed.Read(s3NotServedPath, "s3")));
    return 0;
}

if (args is ["operations", var queryModelPath, var prefix, var listPath, var outputPath])
{
    ServiceDescription queried = ModelReader.Read(queryModelPath, Corrections.None, NotServed.Read(listPath, prefix));
    File.WriteAllText(outputPath, OperationsWriter.Write(queried, Path.GetFileNameWithoutExtension(outputPath)));
    return 0;
}

if (args is not [var modelPath, var correctionsPath, var notServedPath, var outputDirectory, var constraintTablePath])
{
    Console.Error.WriteLine("usage: ServiceModel [operations] MODEL.json CORRECTIONS.json NOT-SERVED.txt OUTPUT-DIRECTORY CONSTRAINT-TABLE.json");
    return 2;
}

ServiceDescription service = ModelReader.Read(modelPath, Corrections.Read(correctionsPath), NotServed.Read(notServedPath, "lambda"));
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
