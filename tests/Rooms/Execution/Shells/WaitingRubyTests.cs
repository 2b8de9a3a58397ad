using System.Collections.Immutable;
using System.Text.Json;
using Lamina.Execution;
using Lamina.Execution.Shells;
using Lamina.Functions;
using Lamina.Layers;
using static Lamina.Rooms.Tests.Execution.Shells.WaitingChecks;

namespace Lamina.Rooms.Tests.Execution.Shells;

/// <summary>Functions of Ruby in interpreters that had waited for them.</summary>
public sealed class WaitingRubyTests
{
    private const string World = """
        BEFORE = $LOADED_FEATURES.reject { |file| file.start_with?("/var/") }
        def handler(event:, context:)
          status = File.readlines("/proc/self/status", chomp: true).grep(/\A(SigBlk|SigIgn|SigCgt|Cap|Umask|Seccomp:|Uid|PPid|NoNewPrivs)/)
          {
            environment: ENV.to_a.reject { |name, _| event.include?(name) }, native: `echo $TABLE $TZ $_LAMINA_SHELL`, path: $LOAD_PATH, features: BEFORE.sort,
            gems: Gem.loaded_specs.map { |name, gem| [name, gem.version.to_s, gem.base_dir] }.sort, gem_path: Gem.path, gem_home: Gem.dir,
            unresolved: Gem::Specification.unresolved_deps.size, stubs: Gem::Specification.stubs.map(&:full_name).sort,
            program: $0, name: $PROGRAM_NAME, arguments: ARGV, cwd: Dir.pwd, script: __FILE__, top: self.to_s, methods: self.class.private_instance_methods(false).sort,
            constants: Object.constants.sort, globals: global_variables.sort, locals: TOPLEVEL_BINDING.local_variables, main: self.private_methods(false).sort,
            encodings: [Encoding.default_external, Encoding.default_internal, Encoding.find("locale"), Encoding.find("filesystem")].map(&:to_s),
            flags: [$VERBOSE, $DEBUG, Warning[:deprecated], $SAFE, $;, $,, $/], zone: [Time.now.zone, Time.now.utc_offset], threads: Thread.list.size,
            sync: [$stdout.sync, $stderr.sync, $stdout.fileno, $stdin.fileno], traps: Signal.list.keys.sort, gc: [GC.stress, GC.measure_total_time], status: status,
            files: Dir.children("/proc/self/fd").filter_map { |fd| File.readlink("/proc/self/fd/#{fd}").split(":").first rescue nil }.sort,
            command: File.read("/proc/self/cmdline"), limits: %i[NOFILE NPROC AS CORE].map { |kind| Process.getrlimit(kind) }, session: Process.getsid == $$,
            mounts: File.readlines("/proc/self/mountinfo").map { |line| line.split[4] }.sort, opt: Dir.children("/opt").sort, task: Dir.children("/var/task").sort,
            logger: Logger.ancestors.map(&:to_s), last: [$!, $~, $_, $?.nil?]
          }
        end
        """;

    [Theory]
    [InlineData("ruby3.2")]
    [InlineData("ruby3.3")]
    public async Task A_function_cannot_tell_whether_its_interpreter_had_waited_for_it(string runtime)
    {
        (InvokeOutcome exact, InvokeOutcome waited) = await InvokeBothWaysAsync(
            async house => await FunctionAsync(house, World) with
            {
                Runtime = runtime,
                Environment = ImmutableDictionary<string, string>.Empty.Add("TABLE", "späti"),
                Layers = [await house.LayerAsync("one", ("ruby/lib/one.rb", "")), await GemAsync(house, $"{runtime[4..]}.0", "two")],
            },
            JsonSerializer.Serialize(OfEach));

        Assert.Equal((InvokeResult.Succeeded, InvokeResult.Succeeded), (exact.Result, waited.Result));
        Assert.Equal(Fields(ExecutionHouse.Text(exact.Payload)), Fields(ExecutionHouse.Text(waited.Payload)));
    }

    [Fact]
    public async Task Libraries_and_gems_of_layers_and_of_its_bundle_are_found()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        FunctionVersion function = await FunctionAsync(
            house,
            """
            require "one"
            require "two"
            require "three"
            def handler(event:, context:) = [ONE, TWO, THREE, Gem.loaded_specs["two"].version.to_s, File.read("/proc/self/environ").include?("_LAMINA_SHELL")]
            """,
            [("one.rb", "ONE = 'code'"), .. Gem("vendor/bundle/ruby/3.2.0", "three")]) with
        {
            Layers = [await house.LayerAsync("lib", ("ruby/lib/one.rb", "ONE = 'layer'")), await GemAsync(house, "3.2.0", "two")],
        };
        await ExpectAsync(house, function);

        InvokeOutcome outcome = await house.InvokeAsync(function);

        // The last says that it was not started anew: of its variables a process shows those with which it was.
        Assert.Equal("[\"code\",\"two\",\"three\",\"9.0.0\",true]", ExecutionHouse.Text(outcome.Payload));
        Assert.Equal(1, house.Invoker.InterpretersTaken);
    }

    [Fact]
    public async Task Code_that_covers_a_library_which_is_loaded_already_starts_anew()
    {
        (InvokeOutcome exact, InvokeOutcome waited) = await InvokeBothWaysAsync(
            static house => FunctionAsync(
                house,
                """
                def handler(event:, context:) = [$LOADED_FEATURES.grep(/logger.rb/), ENV.key?("_LAMINA_SHELL"), $0, File.read("/proc/self/environ").include?("AWS_LAMBDA_FUNCTION_NAME")]
                """,
                [("logger.rb", "load '/usr/lib/ruby/3.1.0/logger.rb'\nCOVERED = true")]),
            "{}");

        Assert.Contains("/var/task/logger.rb", ExecutionHouse.Text(exact.Payload), StringComparison.Ordinal);
        Assert.Equal(ExecutionHouse.Text(exact.Payload), ExecutionHouse.Text(waited.Payload));
    }

    [Fact]
    public async Task A_layer_with_another_version_of_a_gem_that_is_loaded_already_starts_it_anew()
    {
        (InvokeOutcome exact, InvokeOutcome waited) = await InvokeBothWaysAsync(
            static async house => await FunctionAsync(house, "def handler(event:, context:) = Gem.loaded_specs['logger'].version.to_s") with
            {
                Layers = [await GemAsync(house, "3.2.0", "logger", "load '/usr/lib/ruby/3.1.0/logger.rb'")],
            },
            "{}");

        Assert.Equal("\"9.0.0\"", ExecutionHouse.Text(exact.Payload));
        Assert.Equal("\"9.0.0\"", ExecutionHouse.Text(waited.Payload));
    }

    [Theory]
    [InlineData("raise ArgumentError, 'at load'", "index.handler")]
    [InlineData("def handler(event:, context:) = raise(ArgumentError, 'at call')", "index.handler")]
    [InlineData("def handler(event:, context:) = nowhere", "index.handler")]
    [InlineData("def handler(event:, context:) = nil", "absent.handler")]
    [InlineData("def handler(event:, context:) = nil", "index")]
    [InlineData("def handler(event:, context:", "index.handler")]
    public async Task Its_errors_are_the_same(string code, string handler)
    {
        (InvokeOutcome exact, InvokeOutcome waited) = await InvokeBothWaysAsync(
            async house =>
            {
                FunctionVersion function = await FunctionAsync(house, code) with { Handler = handler };
                return function with { Settings = function.Settings with { LogFormat = "JSON" } };
            },
            "{}");

        Assert.NotEqual(InvokeResult.Succeeded, exact.Result);
        Assert.Equal((exact.Result, ExecutionHouse.Text(exact.Payload)), (waited.Result, ExecutionHouse.Text(waited.Payload)));
    }

    [Theory]
    [InlineData("RUBYOPT", "-W2", "def handler(event:, context:) = $VERBOSE.to_s", "true")]
    [InlineData("GEM_PATH", "/opt/gems", "def handler(event:, context:) = Gem.path.first", "/opt/gems")]
    [InlineData("BUNDLE_GEMFILE", "/var/task/Gemfile", "def handler(event:, context:) = ENV['BUNDLE_GEMFILE']", "/var/task/Gemfile")]
    public async Task A_variable_that_decides_how_Ruby_starts_gets_a_fresh_process(string name, string value, string code, string seen)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        FunctionVersion function = await FunctionAsync(house, code) with { Environment = ImmutableDictionary<string, string>.Empty.Add(name, value) };
        await ExpectAsync(house, function);

        InvokeOutcome outcome = await house.InvokeAsync(function);

        Assert.Equal($"\"{seen}\"", ExecutionHouse.Text(outcome.Payload));
        Assert.Equal(0, house.Invoker.InterpretersTaken);
    }

    [Fact]
    public async Task Each_function_has_a_process_of_its_own_with_its_own_random_numbers()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(Pooled, TimeProvider.System, Refuse);
        HashSet<string> seen = [];
        for (int i = 0; i < 3; i++)
        {
            FunctionVersion function = await FunctionAsync(house, "def handler(event:, context:) = [rand(1 << 60), Random.seed, 'x'.hash, Random.urandom(8).unpack1('Q')]") with { Name = $"f{i}" };
            await ExpectAsync(house, function);
            using JsonDocument answer = JsonDocument.Parse((await house.InvokeAsync(function)).Payload);
            Assert.All(answer.RootElement.EnumerateArray(), value => Assert.True(seen.Add(value.GetRawText())));
        }

        Assert.Equal(3, house.Invoker.InterpretersTaken);
    }

    private static async Task<FunctionVersion> FunctionAsync(ExecutionHouse house, string code, params (string Path, string Text)[] more)
    {
        FunctionVersion function = ExecutionHouse.Function(await house.StoreAsync([("index.rb", code), .. more])) with { Runtime = "ruby3.2" };
        Assert.SkipUnless(new RuntimeCatalog().Resolve(function.Runtime!).IsAvailable, "Ruby is not on this machine");
        return function;
    }

    private static Task<LayerReference> GemAsync(ExecutionHouse house, string version, string name, string? code = null) =>
        house.LayerAsync($"gem-{name}", Gem($"ruby/gems/{version}", name, code));

    private static (string Path, string Text)[] Gem(string folder, string name, string? code = null) =>
    [
        ($"{folder}/gems/{name}-9.0.0/lib/{name}.rb", code ?? $"{name.ToUpperInvariant()} = '{name}'"),
        ($"{folder}/specifications/{name}-9.0.0.gemspec", $$"""
            Gem::Specification.new { |s| s.name = "{{name}}"; s.version = "9.0.0"; s.summary = "{{name}}"; s.authors = ["a"]; s.require_paths = ["lib"] }
            """),
    ];
}
