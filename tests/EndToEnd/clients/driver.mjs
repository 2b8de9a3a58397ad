// Calls @aws-sdk/client-lambda for the tests: one JSON request per line in, one JSON answer per line out.
import { createInterface } from 'node:readline';
import * as sdk from '@aws-sdk/client-lambda';

const blobs = new Set(['ZipFile', 'Payload']);

function decoded(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, blobs.has(name) ? Buffer.from(item, 'base64') : decoded(item)]));
}

const encoded = (name, value) => (blobs.has(name) && value ? Buffer.from(Object.values(value)).toString('base64') : value);

async function answer(client, request) {
  try {
    if (request.wait) {
      const wait = sdk[`waitUntil${request.wait}`];
      await wait({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, request.parameters);
      return { status: 200, response: {} };
    }
    const response = await client.send(new sdk[`${request.operation}Command`](decoded(request.parameters)));
    return { status: response.$metadata.httpStatusCode, response };
  } catch (error) {
    return { status: error.$metadata?.httpStatusCode ?? 0, error: error.name, message: error.message };
  }
}

const client = new sdk.LambdaClient({ maxAttempts: 1 });
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(client, JSON.parse(line)), encoded)}\n`);
}
