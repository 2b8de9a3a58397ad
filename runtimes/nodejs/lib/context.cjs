'use strict';
// The second argument of every handler: what the invocation's headers and the environment say.

const W3C_FIELDS = ['traceparent', 'tracestate', 'baggage'];

function fromHeaders(headers) {
  const env = process.env;
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const clientContext = parse(headers['lambda-runtime-client-context'], 'ClientContext');
  const w3c = takeTrace(clientContext);
  return {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext,
    identity: parse(headers['lambda-runtime-cognito-identity'], 'CognitoIdentity'),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    tenantId: headers['lambda-runtime-aws-tenant-id'],
    getRemainingTimeInMillis: () => deadline - Date.now(),
    w3c: () => w3c,
  };
}

// Trace context may travel in a client context; it is handed out by w3c() and nowhere else.
function takeTrace(clientContext) {
  const sent = clientContext?.w3c;
  if (clientContext !== null && typeof clientContext === 'object') {
    delete clientContext.w3c;
  }
  const fields = W3C_FIELDS.filter((name) => typeof sent?.[name] === 'string').map((name) => [name, sent[name]]);
  return Object.freeze(Object.fromEntries(fields));
}

function parse(header, name) {
  if (!header) {
    return undefined;
  }
  try {
    // Header bytes arrive as latin1; the platform writes JSON in UTF-8.
    return JSON.parse(Buffer.from(header, 'latin1').toString('utf8'));
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error}`);
  }
}

module.exports = { fromHeaders };
