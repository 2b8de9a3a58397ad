using System.Reflection;

namespace Lamina.Runtime;

/// <summary>The serializer that the handler's method or assembly names by LambdaSerializerAttribute, called by the names of its methods.</summary>
internal sealed class Serializer
{
    private const string Attribute = "Amazon.Lambda.Core.LambdaSerializerAttribute";
    private const string Interface = "Amazon.Lambda.Core.ILambdaSerializer";

    private readonly MethodInfo _deserialize;
    private readonly MethodInfo _serialize;
    private readonly Dictionary<(MethodInfo, Type), MethodInfo> _made = [];

    /// <param name="face">The interface that the instance has.</param>
    public Serializer(object instance, Type face)
    {
        Instance = instance;
        _deserialize = face.GetMethod("Deserialize")!;
        _serialize = face.GetMethod("Serialize")!;
    }

    public object Instance { get; }

    public static Serializer? Of(MethodInfo method)
    {
        Attribute? attribute = method.GetCustomAttributes().Concat(method.Module.Assembly.GetCustomAttributes())
            .FirstOrDefault(static attribute => attribute.GetType().FullName == Attribute);
        if (attribute is null)
        {
            return null;
        }

        var type = (Type?)attribute.GetType().GetProperty("SerializerType")?.GetValue(attribute)
            ?? throw new LambdaValidationException($"The 'SerializerType' property on attribute class '{Attribute}' is not set.");
        Type face = type.GetInterface(Interface)
            ?? throw new LambdaValidationException($"The '{type.FullName}' class is invalid: it does not implement the 'ILambdaSerializer' interface.");
        ConstructorInfo constructor = type.GetConstructor(Type.EmptyTypes)
            ?? throw new LambdaValidationException($"The indicated serializer '{type.FullName}' does not define a public zero-parameter constructor.");
        return new Serializer(constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, null, null), face);
    }

    public object? Deserialize(Stream input, Type type) => Call(_deserialize, type, input);

    public void Serialize(object? value, Type type, Stream output) => Call(_serialize, type, value, output);

    private object? Call(MethodInfo method, Type type, params object?[] arguments)
    {
        if (!_made.TryGetValue((method, type), out MethodInfo? made))
        {
            _made[(method, type)] = made = method.MakeGenericMethod(type);
        }

        return made.Invoke(Instance, BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }
}
