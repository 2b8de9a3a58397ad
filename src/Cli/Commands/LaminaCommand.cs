using System.CommandLine;
using System.CommandLine.Help;

namespace Lamina.Cli.Commands;

/// <summary>The whole command line, one verb per file.</summary>
internal static class LaminaCommand
{
    private static readonly string[] Examples =
    [
        "lamina demo",
        "lamina up",
        "lamina up examples/store/template.yaml",
        "lamina layer publish examples/orders/layers/common --name orders-common",
        "lamina invoke orders-python --payload @examples/orders/order.json --log",
    ];

    public static Command Create(CliContext context)
    {
        // Not a RootCommand: that one calls itself after its executable, and what people type is `lamina`.
        var help = new HelpOption();
        var root = new Verb("lamina", "AWS Lambda and its layers on one Linux machine, without Docker", Examples)
        {
            help, new VersionOption(),
        };
        foreach (Option option in context.ConnectionOptions)
        {
            root.Options.Add(option);
        }

        root.Subcommands.Add(UpTemplate.Create(context));
        root.Subcommands.Add(Elsewhere("doctor", "Say what this machine offers for sandboxes, and how to mend what is missing", "lamina doctor"));
        Verb runtimes = Elsewhere("runtimes", "List what each Lambda runtime resolves to on this machine; add and remove runtimes, fetch the AWS SDK", "lamina runtimes");
        runtimes.Subcommands.Add(AddRuntime.Create(context));
        runtimes.Subcommands.Add(RemoveRuntime.Create(context));
        runtimes.Subcommands.Add(FetchSdk.Create(context));
        root.Subcommands.Add(runtimes);
        root.Subcommands.Add(Elsewhere(
            "sam", "Transform and check SAM templates, without a server (lamina sam --help says more)", "lamina sam transform template.yaml", "lamina sam validate template.yaml"));
        root.Subcommands.Add(Elsewhere("build", "Build again, even when no source file is newer than the build", "lamina build"));
        root.Subcommands.Add(new Verb("layer", "Build, publish, share, list and inspect layers", "lamina layer list")
        {
            PublishLayer.Create(context), ListLayers.Create(context), BuildLayer.Create(context), DevLayers.Create(context),
            ShowLayer.Create(context), CheckLayer.Create(context), CompareLayers.Create(context),
            ShareLayer.Create(context), UnshareLayer.Create(context), ExportLayers.Create(context), ImportLayers.Create(context),
        });
        root.Subcommands.Add(new Verb("function", "Deploy, publish, list, show and delete functions", "lamina function list")
        {
            DeployFunction.Create(context), PublishFunction.Create(context), ListFunctions.Create(context), ShowFunction.Create(context),
            DeleteFunction.Create(context),
        });
        root.Subcommands.Add(new Verb("image", "Import, list and delete container images", "lamina image list")
        {
            ImportImage.Create(context), ListImages.Create(context), DeleteImage.Create(context),
        });
        root.Subcommands.Add(DeployStack.Create(context));
        root.Subcommands.Add(DeleteStack.Create(context));
        root.Subcommands.Add(InvokeFunction.Create(context));
        root.Subcommands.Add(OpenShell.Create(context));
        root.Subcommands.Add(FollowLogs.Create(context));
        root.Subcommands.Add(InspectOpt.Create(context));
        root.Subcommands.Add(InspectStorage.Create(context));
        root.Subcommands.Add(RunDemo.Create(context));

        var helpWithExamples = new HelpWithExamples((HelpAction)help.Action!);
        help.Action = helpWithExamples;
        root.SetAction(helpWithExamples.Invoke);
        return root;
    }

    /// <summary>A verb of the server's executable, to which the `lamina` script passes it; here only for the list of verbs.</summary>
    private static Verb Elsewhere(string name, string description, params string[] examples)
    {
        var verb = new Verb(name, description, examples) { TreatUnmatchedTokensAsErrors = false };
        verb.SetAction(int (ParseResult _) => throw new CliError(
            $"`{name}` belongs to the server, which this program does not contain.", null, $"Run it by the script: ./lamina {name}"));
        return verb;
    }
}
