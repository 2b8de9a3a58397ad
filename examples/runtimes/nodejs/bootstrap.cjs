#!/usr/bin/env node
'use strict';
// A Lambda runtime and its function for a Node.js of one's own, such as a version that Lambda does not have.

const http = require('http');

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function request(method, path, body = '', headers = {}) {
  return new Promise((resolve, reject) => {
    const options = { host, port, method, agent, path: `/2018-06-01/runtime/invocation/${path}`, headers: { ...headers, 'Content-Length': body.length } };
    const call = http.request(options, (response) => {
      const pieces = [];
      response.on('data', (piece) => pieces.push(piece));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) }));
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}

// The function. What it throws is answered as an error.
async function handle(event, headers) {
  const start = event.toString('latin1', 0, 64);
  if (start.includes('"fail"')) {
    throw new Error('asked to fail');
  }
  if (start.includes('"sleep"')) {
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  }
  const context = `{"runtime":"nodejs","requestId":"${headers['lambda-runtime-aws-request-id']}","functionArn":"${
    headers['lambda-runtime-invoked-function-arn']}","deadlineMs":${headers['lambda-runtime-deadline-ms']},"event":`;
  return Buffer.concat([Buffer.from(context), event, Buffer.from('}')]);
}

async function serveOne() {
  const { status, headers, body } = await request('GET', 'next');
  if (status !== 200) {
    throw new Error(`next was answered with ${status}`);
  }
  const id = headers['lambda-runtime-aws-request-id'];
  let answer;
  try {
    answer = await handle(body, headers);
  } catch (error) {
    const document = { errorType: 'Example.Failure', errorMessage: error.message, stackTrace: error.stack.split('\n').slice(1) };
    await request('POST', `${id}/error`, Buffer.from(JSON.stringify(document)), { 'Lambda-Runtime-Function-Error-Type': 'Function.ExampleFailure' });
    return;
  }
  // Refused while it was being sent (413): the platform tells the caller.
  await request('POST', `${id}/response`, answer).catch((error) => console.error(error.message));
}

(async () => {
  for (;;) {
    await serveOne();
  }
})().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
