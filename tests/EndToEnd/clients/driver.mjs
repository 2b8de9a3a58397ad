// Calls AWS's JavaScript SDK for the tests: one JSON request per line in, one JSON answer per line out.
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

const blobs = new Set(['ZipFile', 'Payload', 'Body']);
const services = new Map();
const clients = { dynamodb: 'DynamoDBClient', lambda: 'LambdaClient', s3: 'S3Client', ssm: 'SSMClient' };

// A service's package takes a while to load, and most drivers need one.
async function load(name) {
  if (!services.has(name)) {
    const sdk = await import(`@aws-sdk/client-${name}`);
    const Client = sdk[clients[name]];
    services.set(name, { sdk, client: new Client({ maxAttempts: 1 }) });
  }
  return services.get(name);
}

function decoded(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return value;
  }
  const entries = Object.entries(value).map(([name, item]) => [name, blobs.has(name) ? Buffer.from(item, 'base64') : decoded(item)]);
  const result = Object.fromEntries(entries);
  // A body whose length is said beside it goes out as a stream, which the SDK sends in chunks with a checksum behind them.
  if (result.Body && result.ContentLength) {
    result.Body = Readable.from([result.Body]);
  }
  return result;
}

const encoded = (name, value) => (blobs.has(name) && value ? Buffer.from(Object.values(value)).toString('base64') : value);

// Reads a streamed response; when its first chunk is here, says so by an object in S3.
async function stream(parameters, marker) {
  const { sdk, client } = await load('lambda');
  const response = await client.send(new sdk.InvokeWithResponseStreamCommand(decoded(parameters)));
  const chunks = [];
  let complete = null;
  for await (const event of response.EventStream) {
    if (event.PayloadChunk) {
      chunks.push(Buffer.from(event.PayloadChunk.Payload).toString());
      if (marker && chunks.length === 1) {
        const s3 = await load('s3');
        await s3.client.send(new s3.sdk.PutObjectCommand({ ...marker, Body: 'seen' }));
      }
    }
    complete = event.InvokeComplete ?? complete;
  }
  return { status: 200, response: { Chunks: chunks, Complete: complete, ExecutedVersion: response.ExecutedVersion } };
}

async function answer(request) {
  try {
    if ('stream' in request) {
      return await stream(request.parameters, request.stream);
    }
    if (request.wait) {
      const { sdk, client } = await load('lambda');
      await sdk[`waitUntil${request.wait}`]({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, request.parameters);
      return { status: 200, response: {} };
    }
    const [operation, service = 'lambda'] = request.operation.split(':').reverse();
    if (service === 'presign') {
      const { sdk, client } = await load('s3');
      const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
      const url = await getSignedUrl(client, new sdk[`${operation}Command`](request.parameters), { expiresIn: 60 });
      return { status: 200, response: { Url: url } };
    }
    const { sdk, client } = await load(service);
    const response = await client.send(new sdk[`${operation}Command`](decoded(request.parameters)));
    const body = response.Body?.transformToByteArray ? { Body: await response.Body.transformToByteArray() } : {};
    return { status: response.$metadata.httpStatusCode, response: { ...response, ...body } };
  } catch (error) {
    return { status: error.$metadata?.httpStatusCode ?? 0, error: error.name, message: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)), encoded)}\n`);
}
