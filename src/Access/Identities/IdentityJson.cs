using System.Text.Json.Serialization;

namespace Lamina.Access.Identities;

[JsonSerializable(typeof(Role))]
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(ManagedPolicy))]
[JsonSerializable(typeof(AccessKeyOwner))]
internal sealed partial class IdentityJson : JsonSerializerContext;
