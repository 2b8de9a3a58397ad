namespace Lamina.Contract;

/// <summary>Every limit the product holds, once, each with its source. "Quotas" is AWS's page gettingstarted-limits.</summary>
public static class Limits
{
    /// <summary>Characters of a function's own name (CreateFunction; the model's 140 and more count the ARN's forms).</summary>
    public const int FunctionNameLength = 64;

    /// <summary>
    /// How long an update that nobody has seen the end of keeps another one out. Ours: AWS's own updates take seconds, which its clients
    /// wait for (recorded: the second of two updates in a row is refused).
    /// </summary>
    public static readonly TimeSpan UnseenUpdate = TimeSpan.FromSeconds(1);

    /// <summary>Seconds an invocation may take (Quotas; the model's larger number is for Managed Instances).</summary>
    public const int TimeoutSeconds = 900;

    /// <summary>MiB of memory a function may have (Quotas; the model's larger number is for Managed Instances).</summary>
    public const int MemorySizeMiB = 10_240;

    /// <summary>Layers a function may have (Quotas).</summary>
    public const int LayersPerFunction = 5;

    /// <summary>Unzipped bytes of code plus layers: 250 MB as AWS counts them (Quotas; AWS's error text).</summary>
    public const long UnzippedBytes = 262_144_000;

    /// <summary>Bytes of a directly uploaded archive (Quotas; AWS's error text).</summary>
    public const long ZippedUploadBytes = 52_428_800;

    /// <summary>Bytes of an archive that is imported rather than uploaded: as many as its files may have. Ours.</summary>
    public const long ImportedArchiveBytes = UnzippedBytes;

    /// <summary>Bytes of the list at the head of a bundle of layers. Ours: thousands of versions, each with the longest policy.</summary>
    public const int BundleIndexBytes = 64 * 1024 * 1024;

    /// <summary>Bytes of a bundle of layers: what an account may store. Ours.</summary>
    public const long BundleBytes = CodeStorageBytes;

    /// <summary>Bytes of a CreateFunction, UpdateFunctionCode or PublishLayerVersion request (AWS's error text).</summary>
    public const long RequestBytes = 70_167_211;

    /// <summary>Bytes of any other control plane request: far above what the model's longest members add up to. Ours.</summary>
    public const long SmallRequestBytes = 6 * 1024 * 1024;

    /// <summary>Bytes of a synchronous payload, in and out: 6 MB + 100 (the runtime interface emulator's constant).</summary>
    public const int SyncPayloadBytes = 6_291_556;

    /// <summary>Bytes of a streamed response: 200 MB since July 2025 (Quotas).</summary>
    public const long StreamedResponseBytes = 200L * 1024 * 1024;

    /// <summary>Bytes of what stands before the body of a streamed HTTP response. Ours: far above what headers add up to.</summary>
    public const int ResponsePreludeBytes = 64 * 1024;

    /// <summary>Bytes of an asynchronous payload: 1 MB since October 2025 (Quotas).</summary>
    public const int AsyncPayloadBytes = 1_048_576;

    /// <summary>Bytes of all environment variables, keys and values as JSON (Quotas).</summary>
    public const int EnvironmentBytes = 4_096;

    /// <summary>Bytes of the log tail in X-Amz-Log-Result before base64 (Invoke).</summary>
    public const int LogTailBytes = 4_096;

    /// <summary>Base64 bytes of the client context (Invoke).</summary>
    public const int ClientContextBytes = 3_583;

    /// <summary>Bytes of all layer versions and function versions of an account in a region: 75 GB, as GetAccountSettings says it (Quotas).</summary>
    public const long CodeStorageBytes = 80_530_636_800;

    /// <summary>Bytes of a resource policy's text (Quotas; AWS's error text).</summary>
    public const int ResourcePolicyBytes = 20_480;

    /// <summary>Filters of one event source mapping (Quotas).</summary>
    public const int FiltersPerMapping = 5;

    /// <summary>Messages in a batch from a FIFO queue (CreateEventSourceMapping, BatchSize).</summary>
    public const int FifoBatchSize = 10;

    /// <summary>Messages in a batch from a queue without a batching window (CreateEventSourceMapping, MaximumBatchingWindowInSeconds).</summary>
    public const int BatchSizeWithoutWindow = 10;

    /// <summary>The least maximum age of a stream's record, unless it is infinite (CreateEventSourceMapping).</summary>
    public const int MinimumRecordAgeSeconds = 60;

    /// <summary>Pollers of a provisioned mapping of a queue (CreateEventSourceMapping, ProvisionedPollerConfig).</summary>
    public const int QueuePollers = 10_000;

    /// <summary>The least pollers of a provisioned mapping of a queue (CreateEventSourceMapping, ProvisionedPollerConfig).</summary>
    public const int MinimumQueuePollers = 2;

    /// <summary>Pollers of a provisioned mapping of Kafka (CreateEventSourceMapping, ProvisionedPollerConfig).</summary>
    public const int KafkaPollers = 2_000;

    /// <summary>Tags of one resource (TagResource).</summary>
    public const int TagsPerResource = 50;

    /// <summary>Seconds for which a presigned URL may be good: a week (AWS's error text).</summary>
    public const int PresignedUrlSeconds = 604_800;

    /// <summary>Seconds that a role's session lasts when nothing is said, and the most for one that a session makes (AssumeRole).</summary>
    public const int RoleSessionSeconds = 3_600;

    /// <summary>Seconds that a role's session may last at most (AssumeRole).</summary>
    public const int MaxRoleSessionSeconds = 43_200;

    /// <summary>Seconds that GetSessionToken's credentials last when nothing is said (GetSessionToken).</summary>
    public const int SessionTokenSeconds = 43_200;

    /// <summary>Tags of a role, user or policy (IAM and STS quotas).</summary>
    public const int IdentityTags = 50;

    /// <summary>Managed policies attached to a role or a user (IAM and STS quotas).</summary>
    public const int AttachedPolicies = 10;

    /// <summary>Versions of a managed policy (IAM and STS quotas).</summary>
    public const int PolicyVersions = 5;

    /// <summary>Access keys of a user (IAM and STS quotas).</summary>
    public const int AccessKeysPerUser = 2;

    /// <summary>Concurrent executions of an account in a region (Quotas).</summary>
    public const int ConcurrentExecutions = 1_000;

    /// <summary>Concurrent executions of an account that no function may reserve (PutFunctionConcurrency).</summary>
    public const int UnreservedConcurrentExecutions = 100;

    /// <summary>Processes and threads in one execution environment (Quotas).</summary>
    public const int ProcessesPerEnvironment = 1_024;

    /// <summary>Open files in one execution environment (Quotas).</summary>
    public const int OpenFilesPerEnvironment = 1_024;

    /// <summary>MiB of memory that buy one CPU (Configure function memory).</summary>
    public const int MemoryMiBPerCpu = 1_769;

    /// <summary>
    /// CPUs that start-up may use however little memory the function has, also when it starts again inside an invocation: Lambda
    /// initialises at the speed of its larger sizes and holds to the configured share from the first event on (measured publicly on AWS: two).
    /// </summary>
    public const double InitCpus = 2;

    /// <summary>The init phase of an on-demand environment (Lambda execution environment life cycle).</summary>
    public static readonly TimeSpan InitDuration = TimeSpan.FromSeconds(10);

    /// <summary>The init phase of an environment of provisioned concurrency (Lambda execution environment life cycle).</summary>
    public static readonly TimeSpan ProvisionedInitDuration = TimeSpan.FromMinutes(15);

    /// <summary>Extensions of an environment, external and internal ones together (Lambda quotas).</summary>
    public const int ExtensionsPerEnvironment = 10;

    /// <summary>The shutdown phase where external extensions are registered (Lambda execution environment life cycle).</summary>
    public static readonly TimeSpan ShutdownWithExternalExtensions = TimeSpan.FromSeconds(2);

    /// <summary>What the runtime has of it, from SIGTERM on (Lambda execution environment life cycle).</summary>
    public static readonly TimeSpan RuntimeShutdown = TimeSpan.FromMilliseconds(300);

    /// <summary>The shutdown phase where only internal extensions are registered (Lambda execution environment life cycle).</summary>
    public static readonly TimeSpan ShutdownWithInternalExtensions = TimeSpan.FromMilliseconds(500);

    /// <summary>Events that a telemetry subscription gathers before they are sent, and bytes, and milliseconds (Telemetry API reference).</summary>
    public const int TelemetryItemsDefault = 10_000;

    public const int TelemetryItemsLeast = 1_000;

    public const int TelemetryItemsMost = 10_000;

    public const int TelemetryBytesDefault = 262_144;

    public const int TelemetryBytesLeast = 262_144;

    public const int TelemetryBytesMost = 1_048_576;

    public const int TelemetryTimeoutMsDefault = 1_000;

    public const int TelemetryTimeoutMsLeast = 25;

    public const int TelemetryTimeoutMsMost = 30_000;

    /// <summary>How long a Content.Location or Code.Location link is valid (GetLayerVersion).</summary>
    public static readonly TimeSpan ContentLinkLifetime = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Bytes of an archive sent as a layer's or function's dev content: everything that may be in one, not compressed, and 64 MiB for the
    /// names of its entries. Ours.
    /// </summary>
    public const int DevArchiveBytes = (int)UnzippedBytes + (64 * 1024 * 1024);

    /// <summary>
    /// Bytes on disk that caches of stacks of layers may take together, unless --stack-cache says otherwise, and one of them. Ours: the AWS
    /// SDK's clients for S3 and DynamoDB take 1.5 MB of it, two thousand classes of Java 25.
    /// </summary>
    public const long StackCachesBytes = 1L << 30;

    public const long StackCacheBytes = 128L << 20;

    /// <summary>Files of one such cache, one for each module, and what may be loaded for it: modules or classes. Ours.</summary>
    public const int StackCacheFiles = 8_192;

    public const int StackCacheUnits = 4_096;

    /// <summary>Bytes of what a process tells of what it has loaded while it initialised. Ours: four thousand names.</summary>
    public const int StartReportBytes = 512 * 1024;

    /// <summary>How often the open answer of a dev session says a word, so that a client which vanished without one is noticed. Ours.</summary>
    public static readonly TimeSpan DevHeartbeat = TimeSpan.FromSeconds(15);

    /// <summary>How often a scrub says how far it is. Ours: a person who watches wants to see it move.</summary>
    public static readonly TimeSpan ScrubProgress = TimeSpan.FromSeconds(1);

    /// <summary>Entries in one archive. Ours: AWS names none; the count bounds memory, not honest use.</summary>
    public const int ArchiveEntries = 200_000;

    /// <summary>Bytes of one path in an archive: Linux PATH_MAX less room for the mount point.</summary>
    public const int ArchivePathBytes = 4_000;

    /// <summary>Bytes of one path component: Linux NAME_MAX.</summary>
    public const int ArchiveNameBytes = 255;

    /// <summary>Bytes of a container image's layers, uncompressed: 10 GB (Quotas).</summary>
    public const long ImageBytes = 10L * 1024 * 1024 * 1024;

    /// <summary>Layers of a container image (what Docker's overlay2 driver can mount).</summary>
    public const int ImageLayers = 127;

    /// <summary>Entries in one layer of an image. Ours: the count bounds memory, not honest use.</summary>
    public const int ImageLayerEntries = 1_000_000;

    /// <summary>Bytes of an image's manifest, and of its configuration (OCI distribution specification, for manifests).</summary>
    public const int ImageManifestBytes = 4 * 1024 * 1024;

    /// <summary>Bytes of one entry's extended header in a layer: two longest paths and room for attributes. Ours.</summary>
    public const int TarHeaderBytes = 256 * 1024;

    /// <summary>How long a layer that no image names is kept for the rest of the import that it came with. Ours.</summary>
    public static readonly TimeSpan ImageImportDuration = TimeSpan.FromHours(1);

    /// <summary>Bytes of an object's key as UTF-8 (S3 User Guide, object-keys).</summary>
    public const int ObjectKeyBytes = 1_024;

    /// <summary>Bytes of one PutObject, UploadPart or copied part: 5 GiB (S3 User Guide, qfacts).</summary>
    public const long ObjectUploadBytes = 5L * 1024 * 1024 * 1024;

    /// <summary>Bytes that every part but the last must have: 5 MiB (S3 User Guide, qfacts).</summary>
    public const long UploadPartMinimumBytes = 5 * 1024 * 1024;

    /// <summary>Greatest number of a part (S3 User Guide, qfacts).</summary>
    public const int UploadParts = 10_000;

    /// <summary>Bytes of an object of many parts: 48.8 TiB since December 2025, 10,000 parts of 5 GiB (S3 User Guide, qfacts).</summary>
    public const long ObjectBytes = UploadParts * ObjectUploadBytes;

    /// <summary>Bytes of an object's user-defined metadata, names and values (S3 User Guide, UsingMetadata).</summary>
    public const int UserMetadataBytes = 2 * 1024;

    /// <summary>Keys in one page of a listing, and in one DeleteObjects (S3 API reference).</summary>
    public const int ObjectPage = 1_000;

    /// <summary>Buckets in one page of ListBuckets (S3 API reference).</summary>
    public const int BucketPage = 10_000;

    /// <summary>Bytes of an XML document in a request to S3: 10,000 parts with checksums take about 2.5 MB, 1,000 keys less. Ours.</summary>
    public const int S3DocumentBytes = 4 * 1024 * 1024;

    /// <summary>Trailing headers of one aws-chunked body: S3 defines two, a checksum and a signature. Ours.</summary>
    public const int S3Trailers = 8;

    /// <summary>Bytes of a body's trailing headers, as many as S3 takes in a PUT's leading ones (S3 User Guide, UsingMetadata).</summary>
    public const int S3TrailerBytes = 8 * 1024;

    /// <summary>How long a presigned URL may be valid: 7 days (Signature Version 4, query parameters).</summary>
    public static readonly TimeSpan PresignedLifetime = TimeSpan.FromDays(7);

    /// <summary>Bytes of one PutLogEvents, and of one page of events (PutLogEvents, GetLogEvents).</summary>
    public const int LogBatchBytes = 1_048_576;

    /// <summary>What each event counts besides its message (PutLogEvents).</summary>
    public const int LogEventOverheadBytes = 26;

    /// <summary>Events in one page (GetLogEvents, FilterLogEvents).</summary>
    public const int LogEventPage = 10_000;

    /// <summary>Tags of a log group (CloudWatch Logs, TagResource).</summary>
    public const int LogGroupTags = 50;

    /// <summary>Bytes of one file of a log group. Ours: it is read whole, and is what goes at a time when the group is full.</summary>
    public const int LogSegmentBytes = 4 * 1024 * 1024;

    /// <summary>Log groups whose file stays open between two lines. Ours: there may be as many groups as functions, and a process has a limit of open files.</summary>
    public const int OpenLogGroups = 64;

    /// <summary>Bytes that a log group keeps; the oldest events go first. Ours: CloudWatch has no such limit, a developer's disk has.</summary>
    public const long LogGroupBytes = 64L * 1024 * 1024;

    /// <summary>Bytes of functions' lines that wait for the disk. Ours.</summary>
    public const long LogLinesWaitingBytes = 64L * 1024 * 1024;

    /// <summary>Characters of a parameter's name (Systems Manager, PutParameter; the model's 2,048 count the ARN).</summary>
    public const int ParameterNameLength = 1_011;

    /// <summary>Levels of a parameter's path (Systems Manager, PutParameter).</summary>
    public const int ParameterLevels = 15;

    /// <summary>Bytes of a value in the standard tier (Systems Manager quotas; AWS's error text).</summary>
    public const int StandardParameterBytes = 4_096;

    /// <summary>Bytes of a value in the advanced tier (Systems Manager quotas; AWS's error text).</summary>
    public const int AdvancedParameterBytes = 8_192;

    /// <summary>Versions that a parameter keeps (Systems Manager quotas).</summary>
    public const int VersionsPerParameter = 100;

    /// <summary>Labels of one version of a parameter (Systems Manager quotas).</summary>
    public const int LabelsPerParameterVersion = 10;

    /// <summary>Parameters in one page (GetParametersByPath).</summary>
    public const int ParametersByPath = 10;

    /// <summary>Parameters or versions in one page (DescribeParameters, GetParameterHistory).</summary>
    public const int DescribedParameters = 50;

    /// <summary>Bytes of an item, names and values (DynamoDB quotas).</summary>
    public const int ItemBytes = 400 * 1024;

    /// <summary>Bytes of a partition key's value (DynamoDB quotas).</summary>
    public const int PartitionKeyBytes = 2_048;

    /// <summary>Bytes of a sort key's value (DynamoDB quotas).</summary>
    public const int SortKeyBytes = 1_024;

    /// <summary>Levels of maps and lists in an item (DynamoDB quotas).</summary>
    public const int AttributeDepth = 32;

    /// <summary>Characters of an expression (DynamoDB quotas).</summary>
    public const int ExpressionBytes = 4_096;

    /// <summary>Operators and functions in an expression (DynamoDB quotas).</summary>
    public const int ExpressionOperators = 300;

    /// <summary>Bytes that one page of a query or scan looks at (DynamoDB quotas).</summary>
    public const int PageBytes = 1024 * 1024;

    /// <summary>Items of one BatchGetItem (DynamoDB quotas).</summary>
    public const int BatchGetItems = 100;

    /// <summary>Bytes of one BatchGetItem's answer; what is beyond is left unprocessed (DynamoDB quotas).</summary>
    public const int BatchGetBytes = 16 * 1024 * 1024;

    /// <summary>Items of one BatchWriteItem (DynamoDB quotas).</summary>
    public const int BatchWriteItems = 25;

    /// <summary>Local secondary indexes of a table (DynamoDB quotas; AWS's error text).</summary>
    public const int LocalIndexes = 5;

    /// <summary>Global secondary indexes of a table (DynamoDB quotas; AWS's error text).</summary>
    public const int GlobalIndexes = 20;

    /// <summary>How long a transaction with the same token is the same transaction (TransactWriteItems).</summary>
    public static readonly TimeSpan TransactionToken = TimeSpan.FromMinutes(10);

    /// <summary>Bytes of a request to DynamoDB: 16 MB of items, and what JSON adds. Ours.</summary>
    public const int DynamoDbRequestBytes = 32 * 1024 * 1024;

    /// <summary>Tables in one page (ListTables).</summary>
    public const int ListedTables = 100;

    /// <summary>Characters of a template in a request; larger ones come from S3 (CloudFormation quotas).</summary>
    public const int TemplateBodyBytes = 51_200;

    /// <summary>The largest template that CloudFormation takes, from S3 (CloudFormation quotas).</summary>
    public const int TemplateBytes = 1_000_000;

    /// <summary>Levels of maps and lists in a template. CloudFormation names no number; the deepest API documents in use have some thirty.</summary>
    public const int TemplateDepth = 100;

    /// <summary>
    /// Values of a template after every alias has been replaced by what it stands for. Ours: ten times what fits a file without aliases.
    /// </summary>
    public const int TemplateValues = 500_000;

    /// <summary>Resources of a template (CloudFormation quotas).</summary>
    public const int TemplateResources = 500;

    /// <summary>How long the answer to a request that begins a stack's operation waits for its end. Ours: far below any client's read timeout.</summary>
    public static readonly TimeSpan StackAnswerDelay = TimeSpan.FromSeconds(5);

    /// <summary>Characters of a stack policy (SetStackPolicy, StackPolicyBody).</summary>
    public const int StackPolicyCharacters = 16_384;

    /// <summary>The longest that a wait condition waits (AWS::CloudFormation::WaitCondition, Timeout).</summary>
    public static readonly TimeSpan WaitConditionTimeout = TimeSpan.FromHours(12);

    /// <summary>How long the URL of a wait condition's handle takes signals. Ours: it may be made long before its condition begins to wait.</summary>
    public static readonly TimeSpan WaitHandleLifetime = TimeSpan.FromHours(24);

    /// <summary>
    /// The longest that a REST API waits for a function, unless AWS has raised it for the account (API Gateway quotas, integration timeout).
    /// </summary>
    public static readonly TimeSpan RestIntegrationTimeout = TimeSpan.FromSeconds(29);

    /// <summary>The longest that an HTTP API waits for a function (API Gateway quotas, HTTP API).</summary>
    public static readonly TimeSpan HttpIntegrationTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Levels of objects and arrays in what a function answers a URL or an API. Ours: far above what any has.</summary>
    public const int FunctionResultDepth = 1_000;

    /// <summary>Characters of the path that an API's resources add up to. Ours: far above any that a URL has; resources may name each other in a ring.</summary>
    public const int ApiPathLength = 8_192;
}
