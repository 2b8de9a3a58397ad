using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Lamina.Runtime;

/// <summary>A function's handler, <c>Assembly::Namespace.Type::Method</c>: what is called, and how its input and output are read and written.</summary>
internal sealed class Handler
{
    private const string Context = "Amazon.Lambda.Core.ILambdaContext";

    private static readonly byte[] Null = "null"u8.ToArray();

    private readonly MethodInfo _method;
    private readonly object? _instance;
    private readonly Serializer? _serializer;
    private readonly Type? _resultType;

    private Handler(MethodInfo method, Serializer? serializer)
    {
        _method = method;
        _resultType = ResultOf(method);
        _serializer = serializer;
        foreach (ParameterInfo input in method.GetParameters().Where(static parameter => !IsContext(parameter) && parameter.ParameterType != typeof(Stream)))
        {
            RequireSerializer("deserialize input data", input.ParameterType);
        }

        if (_resultType is not null && !typeof(Stream).IsAssignableFrom(_resultType))
        {
            RequireSerializer("serialize output data", _resultType);
        }

        _instance = method.IsStatic ? null : Activator.CreateInstance(method.DeclaringType is { IsAbstract: false } type ? type : method.ReflectedType!);
    }

    public static Handler Load(string name, string taskRoot)
    {
        string[] parts = name.Split("::");
        if (parts.Length != 3 || Array.Exists(parts, string.IsNullOrWhiteSpace))
        {
            throw new LambdaValidationException($"Invalid lambda function handler: '{name}'. The valid format is 'ASSEMBLY::TYPE::METHOD'.");
        }

        Assembly assembly = LoadAssembly(parts[0], taskRoot);
        LambdaLogger.Redirect(assembly);
        Type type = assembly.GetType(parts[1])
            ?? throw new LambdaValidationException($"Unable to load type '{parts[1]}' from assembly '{parts[0]}'.");
        MethodInfo method = FindMethod(type, parts[2], parts[0]);
        return Of(method, Serializer.Of(method));
    }

    public static Handler Of(MethodInfo method, Serializer? serializer) => new(method, serializer);

    /// <summary>What no .deps.json tells of still lies beside the handler's assembly.</summary>
    public static void LookBeside(string taskRoot) => AssemblyLoadContext.Default.Resolving += (context, wanted) =>
        Path.Combine(taskRoot, $"{wanted.Name}.dll") is var beside && File.Exists(beside) ? context.LoadFromAssemblyPath(beside) : null;

    public ReadOnlyMemory<byte> Invoke(Response request)
    {
        ParameterInfo[] parameters = _method.GetParameters();
        object?[] arguments = new object?[parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            Type type = parameters[i].ParameterType;
            arguments[i] = IsContext(parameters[i]) ? View.ContextOf(type, request, _serializer?.Instance)
                : type == typeof(Stream) ? new MemoryStream(request.Body, writable: false)
                : request.Body.Length == 0 ? null
                : _serializer!.Deserialize(new MemoryStream(request.Body, writable: false), type);
        }

        object? result = _method.Invoke(_instance, BindingFlags.DoNotWrapExceptions, null, arguments, null);
        return Written(Awaited(result));
    }

    private object? Awaited(object? result)
    {
        Task? task = result switch
        {
            Task running => running,
            ValueTask running => running.AsTask(),
            not null when _method.ReturnType.IsGenericType && _method.ReturnType.GetGenericTypeDefinition() == typeof(ValueTask<>)
                => (Task)_method.ReturnType.GetMethod("AsTask")!.Invoke(result, null)!,
            _ => null,
        };
        if (task is null)
        {
            return result;
        }

        task.GetAwaiter().GetResult();
        return _resultType is null ? null : task.GetType().GetProperty("Result")!.GetValue(task);
    }

    private ReadOnlyMemory<byte> Written(object? result)
    {
        if (_resultType is null)
        {
            return Null;
        }

        MemoryStream output = new();
        if (result is Stream stream)
        {
            using (stream)
            {
                stream.CopyTo(output);
            }
        }
        else if (!typeof(Stream).IsAssignableFrom(_resultType))
        {
            _serializer!.Serialize(result, _resultType, output);
        }

        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    /// <summary>What is written in the end; null when nothing is.</summary>
    private static Type? ResultOf(MethodInfo method)
    {
        Type type = method.ReturnType;
        if (type == typeof(void) && method.GetCustomAttribute<AsyncStateMachineAttribute>() is not null)
        {
            throw new LambdaValidationException(
                $"The method '{method.Name}' cannot be used as a Lambda Handler because it is an 'async void' method. Handler methods cannot be 'async void'.");
        }

        if (type == typeof(void) || type == typeof(Task) || type == typeof(ValueTask))
        {
            return null;
        }

        for (Type? at = type; at is not null; at = at.BaseType)
        {
            if (at.IsGenericType && at.GetGenericTypeDefinition() is var open && (open == typeof(Task<>) || open == typeof(ValueTask<>)))
            {
                return at.GetGenericArguments()[0];
            }
        }

        return type;
    }

    private static bool IsContext(ParameterInfo parameter) => parameter.ParameterType.FullName == Context;

    private static Assembly LoadAssembly(string name, string taskRoot)
    {
        string file = Path.Combine(taskRoot, $"{name}.dll");
        if (!File.Exists(file))
        {
            throw new LambdaValidationException(
                $"Could not find the specified handler assembly with the file name '{name}'. The assembly should be located in the root of your uploaded .zip file.");
        }

        return AssemblyLoadContext.Default.LoadFromAssemblyPath(file);
    }

    private static MethodInfo FindMethod(Type type, string name, string assembly)
    {
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.FlattenHierarchy;
        MethodInfo[] found = [.. type.GetMethods(Any).Where(method => method.Name == name || method.ToString() == name)];
        if (found.Length == 0)
        {
            throw new LambdaValidationException($"Unable to find method '{name}' in type '{type.FullName}' from assembly '{assembly}': Found no methods matching method name '{name}'.");
        }

        if (found.Length > 1)
        {
            throw new LambdaValidationException(
                $"The method '{name}' in type '{type.FullName}' appears to have a number of overloads. To call this method please specify a complete method signature. "
                + $"Possible candidates are:\n{string.Join('\n', found.Select(static method => method.ToString()))}.");
        }

        ParameterInfo[] parameters = found[0].GetParameters();
        if (parameters.Length > 2)
        {
            throw new LambdaValidationException($"Method '{name}' of type '{type.FullName}' is not supported: the method has more than 2 parameters.");
        }

        if (parameters.Length == 2 && !IsContext(parameters[1]))
        {
            throw new LambdaValidationException(
                $"Method '{name}' of type '{type.FullName}' is not supported: the method has 2 parameters, but the second parameter is not of type '{Context}'.");
        }

        return found[0].IsGenericMethodDefinition
            ? throw new LambdaValidationException($"The method '{name}' cannot be used as a Lambda Handler because it is a generic method.")
            : found[0];
    }

    private void RequireSerializer(string what, Type type)
    {
        if (_serializer is null)
        {
            throw new LambdaValidationException(
                $"Could not find the LambdaSerializerAttribute on the assembly '{_method.Module.Assembly.GetName().Name}' or method '{_method.Name}' while attempting to {what} "
                + $"of type '{type.FullName}'. To use types other than System.IO.Stream as input/output parameters, the assembly or Lambda function should be annotated with "
                + "Amazon.Lambda.Core.LambdaSerializerAttribute.");
        }
    }
}
