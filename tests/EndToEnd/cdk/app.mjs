// Synthesises what a CDK application is made of into the folder given, for the account and region of the tests.
import * as cdk from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as ssm from 'aws-cdk-lib/aws-ssm';

const [folder, code, layer, name, greeting] = process.argv.slice(2);
const app = new cdk.App({ outdir: folder, analyticsReporting: true });
const stack = new cdk.Stack(app, name, { env: { account: '111122223333', region: 'us-east-1' }, tags: { team: 'shop' } });

const table = new dynamodb.Table(stack, 'Orders', {
  partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
  billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
  removalPolicy: cdk.RemovalPolicy.DESTROY,
});
const common = new lambda.LayerVersion(stack, 'Common', {
  code: lambda.Code.fromAsset(layer),
  compatibleRuntimes: [lambda.Runtime.PYTHON_3_11],
});
const greeter = new lambda.Function(stack, 'Greeter', {
  runtime: lambda.Runtime.PYTHON_3_11,
  handler: 'app.handler',
  code: lambda.Code.fromAsset(code),
  layers: [common],
  environment: { GREETING: greeting, TABLE: table.tableName },
  logGroup: new logs.LogGroup(stack, 'Log', { retention: logs.RetentionDays.ONE_WEEK, removalPolicy: cdk.RemovalPolicy.DESTROY }),
});
table.grantReadWriteData(greeter);
const live = new lambda.Alias(stack, 'Live', { aliasName: 'live', version: greeter.currentVersion });
const url = live.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE });
const dead = new sqs.Queue(stack, 'Dead');
const queue = new sqs.Queue(stack, 'Queue', { deadLetterQueue: { queue: dead, maxReceiveCount: 3 } });
greeter.addEventSource(new sources.SqsEventSource(queue, { batchSize: 5 }));
const api = new apigateway.RestApi(stack, 'Api', { defaultCorsPreflightOptions: { allowOrigins: ['https://shop.test'] } });
api.root.addResource('orders').addMethod('GET', new apigateway.LambdaIntegration(greeter));
const bucket = new s3.Bucket(stack, 'Files', { versioned: true, removalPolicy: cdk.RemovalPolicy.DESTROY });
bucket.grantRead(greeter);
new ssm.StringParameter(stack, 'Setting', { parameterName: `/${name}/table`, stringValue: table.tableName });
new iam.ManagedPolicy(stack, 'Reader', {
  statements: [new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects('*')] })],
});
new cdk.CfnOutput(stack, 'Function', { value: greeter.functionName });
new cdk.CfnOutput(stack, 'Alias', { value: live.functionArn });
new cdk.CfnOutput(stack, 'Url', { value: url.url });
new cdk.CfnOutput(stack, 'ApiId', { value: api.restApiId });
app.synth();
