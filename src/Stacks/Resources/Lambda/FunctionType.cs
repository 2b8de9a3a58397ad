using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Layers;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Lambda;

/// <summary>AWS::Lambda::Function. A creation or change is over when the function is ready for invocations.</summary>
internal sealed class FunctionType(StackRoomParts rooms, ObjectSource objects) : IResourceType
{
    private static readonly string[] Configuration =
    [
        "Handler", "Role", "Runtime", "MemorySize", "Timeout", "Layers", "Environment", "Description", "EphemeralStorage", "TracingConfig",
        "DeadLetterConfig", "VpcConfig", "ImageConfig", "FileSystemConfigs", "LoggingConfig", "SnapStart",
        "CapacityProviderConfig", "DurableConfig",
    ];

    // What takes a setting away that a template had and has no longer; what a function was never given is not asked for.
    private static readonly (string Property, TemplateNode Unset)[] Unset =
    [
        ("FileSystemConfigs", new TemplateList()),
        ("ImageConfig", new TemplateMap()),
        ("LoggingConfig", new TemplateMap { ["LogFormat"] = "Text" }),
        ("SnapStart", new TemplateMap { ["ApplyOn"] = "None" }),
    ];

    public string Name => "AWS::Lambda::Function";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set(
        [
            .. Configuration, "FunctionName", "Code", "Architectures", "KmsKeyArn", "PackageType", "CodeSigningConfigArn", "Tags",
            "ReservedConcurrentExecutions", "RuntimeManagementConfig", "RecursiveLoop", "TenancyConfig",
        ]),
        Required = ["Code", "Role"],
        Replacing = ResourceShape.Set("FunctionName", "PackageType", "TenancyConfig"),
        NameProperty = "FunctionName",
        Attributes = ResourceShape.Set("Arn", "SnapStartResponse", "SnapStartResponse.ApplyOn", "SnapStartResponse.OptimizationStatus"),
    };

    public string? MarkBefore(ResourceCall call) => Find(call.Caller, call.Name) is null ? null : throw Faults.Exists(Name, call.Name);

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        if (!call.IsRepeated || Find(call.Caller, call.Name) is null)
        {
            TemplateMap body = Configured(call);
            body["FunctionName"] = call.Name;
            body["Code"] = FunctionSource.BodyOf(call);
            foreach (string name in new[] { "PackageType", "CodeSigningConfigArn", "Architectures", "TenancyConfig" })
            {
                body.Merge(RequestBodies.Pick(call.Properties, name));
            }

            if (RequestBodies.TagsOf(call, "Tags") is { Count: > 0 } tags)
            {
                body["Tags"] = tags;
            }

            CreateFunctionRequest request = LambdaRequests.CreateFunction(RequestBodies.Of(body).Span, new RequestNames());
            using ArchiveUpload code = FunctionSource.Open(call, request.Code?.ZipFile, objects);
            await rooms.Functions.CreateAsync(call.Caller, request, code, cancellationToken);
        }

        await call.InitiatedAsync(call.Name);
        FunctionVersion ready = await ReadyFunction.WaitAsync(rooms, call.Caller, call.Name, cancellationToken);
        await ApplySettingsAsync(call, [], cancellationToken);
        return Result(ready);
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        string name = call.PhysicalId!;
        await ReadyFunction.WaitAsync(rooms, call.Caller, name, cancellationToken);
        if (call.IsRepeated || Differs(call.Properties, before, "Code") || Differs(call.Properties, before, "Architectures"))
        {
            await UpdateCodeAsync(call, name, cancellationToken);
        }

        if (call.IsRepeated || Configuration.Append("KmsKeyArn").Any(property => Differs(call.Properties, before, property)))
        {
            TemplateMap body = Configured(call);
            FillDefaults(body, before, name);
            UpdateFunctionConfigurationRequest request = LambdaRequests.UpdateFunctionConfiguration(
                RequestBodies.Of(body).Span, new RequestNames(("FunctionName", name)));
            await rooms.Functions.UpdateConfigurationAsync(call.Caller, request, cancellationToken);
        }

        FunctionVersion ready = await ReadyFunction.WaitAsync(rooms, call.Caller, name, cancellationToken);
        await ApplySettingsAsync(call, before, cancellationToken);
        await LambdaTags.ApplyAsync(rooms, call, ready.Arn.ToString(), cancellationToken);
        return Result(ready);
    }

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) =>
        Faults.DeleteAsync(() => rooms.Functions.DeleteAsync(call.Caller, call.PhysicalId!, null, cancellationToken));

    private static bool Differs(TemplateMap after, TemplateMap before, string property) => !Scalars.Same(after[property], before[property]);

    private static TemplateMap Configured(ResourceCall call)
    {
        TemplateMap body = RequestBodies.Pick(call.Properties, Configuration);
        if (call.Properties["KmsKeyArn"] is { } key)
        {
            body["KMSKeyArn"] = key;
        }

        return body;
    }

    /// <summary>What the template no longer says is as if it had never been said.</summary>
    private static void FillDefaults(TemplateMap body, TemplateMap before, string name)
    {
        TemplateMap defaults = new()
        {
            ["MemorySize"] = 128,
            ["Timeout"] = 3,
            ["Description"] = "",
            ["Layers"] = new TemplateList(),
            ["Environment"] = new TemplateMap { ["Variables"] = new TemplateMap() },
            ["EphemeralStorage"] = new TemplateMap { ["Size"] = 512 },
            ["TracingConfig"] = new TemplateMap { ["Mode"] = "PassThrough" },
            ["DeadLetterConfig"] = new TemplateMap { ["TargetArn"] = "" },
        };
        if (before["VpcConfig"] is not null)
        {
            defaults["VpcConfig"] = new TemplateMap { ["SubnetIds"] = new TemplateList(), ["SecurityGroupIds"] = new TemplateList() };
        }

        if (before["KmsKeyArn"] is not null)
        {
            defaults["KMSKeyArn"] = "";
        }

        foreach ((string property, TemplateNode unset) in Unset)
        {
            if (before[property] is not null)
            {
                defaults[property] = unset.Copy();
            }
        }

        if (defaults["LoggingConfig"] is TemplateMap logging)
        {
            logging["LogGroup"] = $"/aws/lambda/{name}";
        }

        foreach ((TemplateKey key, TemplateNode value) in defaults.Entries)
        {
            if (!body.Has(key.Name))
            {
                body.Set(key, value);
            }
        }
    }

    private async Task UpdateCodeAsync(ResourceCall call, string name, CancellationToken cancellationToken)
    {
        TemplateMap body = FunctionSource.BodyOf(call);
        body.Remove("SourceKMSKeyArn");
        body.Merge(RequestBodies.Pick(call.Properties, "Architectures"));
        UpdateFunctionCodeRequest request = LambdaRequests.UpdateFunctionCode(RequestBodies.Of(body).Span, new RequestNames(("FunctionName", name)));
        using ArchiveUpload code = FunctionSource.Open(call, request.ZipFile, objects);
        await rooms.Functions.UpdateCodeAsync(call.Caller, request, code, cancellationToken);
        await ReadyFunction.WaitAsync(rooms, call.Caller, name, cancellationToken);
    }

    /// <summary>What is no part of the function's configuration, and has an operation of its own.</summary>
    private async Task ApplySettingsAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        string name = call.PhysicalId ?? call.Name;
        RequestNames names = new(("FunctionName", name));
        if (call.Properties["ReservedConcurrentExecutions"] is not null)
        {
            TemplateMap body = RequestBodies.Pick(call.Properties, "ReservedConcurrentExecutions");
            await rooms.Concurrency.PutReservedAsync(
                call.Caller, LambdaRequests.PutFunctionConcurrency(RequestBodies.Of(body).Span, names), cancellationToken);
        }
        else if (before["ReservedConcurrentExecutions"] is not null)
        {
            await rooms.Concurrency.DeleteReservedAsync(call.Caller, name, cancellationToken);
        }

        await ApplyCodeSigningAsync(call, before, name, cancellationToken);
        TemplateMap? automatic = before["RuntimeManagementConfig"] is null ? null : new TemplateMap { ["UpdateRuntimeOn"] = "Auto" };
        if ((call.Map("RuntimeManagementConfig") ?? automatic) is { } management)
        {
            await rooms.Runtimes.PutAsync(
                call.Caller, LambdaRequests.PutRuntimeManagementConfig(RequestBodies.Of(management).Span, names), cancellationToken);
        }

        if ((call.Text("RecursiveLoop") ?? (before["RecursiveLoop"] is null ? null : "Terminate")) is { } loop)
        {
            await rooms.Recursion.PutAsync(call.Caller, name, loop, cancellationToken);
        }
    }

    /// <summary>A creation has it in its own request.</summary>
    private async Task ApplyCodeSigningAsync(ResourceCall call, TemplateMap before, string name, CancellationToken cancellationToken)
    {
        string? wanted = call.Text("CodeSigningConfigArn");
        if (wanted is not null && call.PhysicalId is not null && rooms.FunctionCodeSigning.Get(call.Caller, name).ConfigArn != wanted)
        {
            await rooms.FunctionCodeSigning.PutAsync(call.Caller, name, wanted, cancellationToken);
        }
        else if (wanted is null && before["CodeSigningConfigArn"] is not null)
        {
            await rooms.FunctionCodeSigning.DeleteAsync(call.Caller, name, cancellationToken);
        }
    }

    private FunctionVersion? Find(Caller caller, string name) => Faults.FindOrNull(() => rooms.FunctionDirectory.Resolve(caller, name, null));

    private static ResourceResult Result(FunctionVersion function) => new(function.Name, new TemplateMap
    {
        ["Arn"] = function.Arn.ToString(),
        ["SnapStartResponse"] = new TemplateMap { ["ApplyOn"] = function.Settings.SnapStartApplyOn, ["OptimizationStatus"] = "Off" },
    });
}
