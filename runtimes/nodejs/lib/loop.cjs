'use strict';
// The story: load the handler, then for ever: take an event, run the handler, answer.
//
// 1. The console is patched and the handler's module loaded: that is the function's Init.
// 2. A failure there is logged and told to /init/error; so is one that happens outside any handler. The process ends with 129
//    (exception) or 128 (rejected promise), as Lambda's does.
// 3. `next` waits until there is an event. What the handler throws is that invocation's error, and the loop goes on; what
//    escapes it is that invocation's error too, and ends the process.

const { Connection } = require('./http.cjs');
const console_ = require('./console.cjs');
const context = require('./context.cjs');
const { RuntimeError, UnhandledPromiseRejection, describe } = require('./errors.cjs');
const loader = require('./loader.cjs');
const { release } = require('./release.cjs');
const sdk = require('./sdk.cjs');
const shell = require('./shell.cjs');
const stack = require('./stack.cjs');

const API = '/2018-06-01/runtime';
const NEVER_SETTLED =
  'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes';

// What Node.js itself ends with when its main module waits for a promise that nothing can settle any more.
const UNSETTLED = 13;

let connection;
let crashing = false;
let whenLoopIsEmpty = () => process.exit(UNSETTLED);
let target = `${API}/init/error`;

async function run() {
  connection = new Connection(process.env.AWS_LAMBDA_RUNTIME_API);
  let tells = stack.isAsked();
  if (shell.isOne()) {
    tells = await shell.wait(connection, rehearse).catch(abandon);
  }
  console_.patch();
  process.on('uncaughtException', (error) => crash('Uncaught Exception', error, 129));
  process.on('unhandledRejection', (reason, promise) =>
    crash('Unhandled Promise Rejection', new UnhandledPromiseRejection(reason, promise), 128));
  process.on('beforeExit', () => {
    const action = whenLoopIsEmpty;
    whenLoopIsEmpty = null;
    action?.();
  });
  let loaded;
  const began = performance.now();
  try {
    loaded = await loader.load(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  } catch (error) {
    await crash('Uncaught Exception', error, 129);
    return;
  }
  if (tells) {
    await stack.tell(connection, performance.now() - began).catch(abandon);
  }
  const serve = loaded.streaming ? serveStream : release >= 24 ? servePromise : serveCallback;
  for (;;) {
    await serveOne(loaded, serve);
  }
}

/** All that a first event calls, with one that nobody sent: neither the platform nor the function hears of it. */
async function rehearse() {
  // It is nobody's yet: the Runtime API knows no such path, and says so.
  await connection.request('GET', '/lamina/rehearsal', {});
  await connection.request('POST', '/lamina/rehearsal', { 'Content-Type': 'application/json' }, Buffer.from('{}'));
  const real = connection;
  const headers = {
    'lambda-runtime-aws-request-id': '0',
    'lambda-runtime-deadline-ms': '0',
    'lambda-runtime-trace-id': '0',
    'lambda-runtime-invoked-function-arn': '0',
  };
  connection = { request: async () => ({ status: 200, headers, body: Buffer.from('{"a":[1,"b",null]}') }) };
  const loaded = { handler: loader.rehearse(), streaming: false, isAsync: true };
  await serveOne(loaded, release >= 24 ? servePromise : serveCallback);
  connection = real;
  target = `${API}/init/error`;
  console_.current.requestId = undefined;
  console_.current.tenantId = undefined;
  delete process.env._X_AMZN_TRACE_ID;
}

async function serveOne(loaded, serve) {
  const { status, headers, body } = await send('GET', `${API}/invocation/next`, {});
  if (status !== 200) {
    abandon(new Error(`next was answered with ${status}: ${body}`));
  }
  const requestId = headers['lambda-runtime-aws-request-id'];
  console_.current.requestId = requestId;
  console_.current.tenantId = headers['lambda-runtime-aws-tenant-id'];
  target = `${API}/invocation/${requestId}/error`;
  setTrace(headers['lambda-runtime-trace-id']);
  await serve(loaded, headers, body);
}

/** Node.js 24 and newer: what the handler returns, or what its promise becomes. */
async function servePromise({ handler }, headers, body) {
  whenLoopIsEmpty = () => void fail(new RuntimeError('NodeJsExit', NEVER_SETTLED)).then(resume);
  let resume;
  const abandoned = new Promise((resolve) => (resume = resolve));
  const answered = (async () => {
    try {
      const result = await handler(JSON.parse(body), context.fromHeaders(headers));
      whenLoopIsEmpty = null;
      await succeed(headers, stringify(result, 'JSONStringifyError'));
    } catch (error) {
      whenLoopIsEmpty = null;
      await fail(error);
    }
  })();
  await Promise.race([answered, abandoned]);
}

/** Node.js 22 and older: a promise, a callback, or an event loop that runs empty. */
function serveCallback({ handler, isAsync }, headers, body) {
  return new Promise((resolve) => {
    const settle = (error, result) => {
      whenLoopIsEmpty = null;
      report(headers, error, result).then(resolve);
    };
    const { callback, context: endings } = require('./callback.cjs').build(settle, (action) => (whenLoopIsEmpty = action));
    whenLoopIsEmpty = () => settle(isAsync ? new RuntimeError('NodeJsExit', NEVER_SETTLED) : null, null);
    try {
      const { succeed: succeeded, fail: failed } = endings;
      // Not spread: callbackWaitsForEmptyEventLoop is read when the callback is called.
      const result = handler(JSON.parse(body), Object.assign(endings, context.fromHeaders(headers)), callback);
      if (typeof result?.then === 'function') {
        result.then(succeeded, failed);
      }
    } catch (error) {
      callback(error);
    }
  });
}

async function serveStream({ handler, highWaterMark }, headers, body) {
  const { ResponseStream } = require('./stream.cjs');
  const path = `${API}/invocation/${headers['lambda-runtime-aws-request-id']}/response`;
  const stream = new ResponseStream((contentType) => connection.stream('POST', path, {
    'Lambda-Runtime-Function-Response-Mode': 'streaming',
    'Content-Type': contentType,
    Trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
  }), highWaterMark);
  // Whoever writes hears of it by the write; a stream nobody listens to must not end the process.
  stream.on('error', () => {});
  let resume;
  const abandoned = new Promise((resolve) => (resume = resolve));
  whenLoopIsEmpty = () => (stream.lost ? resume() : stream.end());
  await Promise.race([runStreaming(handler, stream, headers, body), abandoned]);
  whenLoopIsEmpty = null;
}

async function runStreaming(handler, stream, headers, body) {
  try {
    const running = handler(JSON.parse(body), stream, context.fromHeaders(headers));
    if (typeof running?.then !== 'function') {
      throw new Error('Streaming does not support non-async handlers.');
    }
    if ((await running) !== undefined) {
      console.warn('Streaming handlers ignore return values.');
    }
    if (!stream.lost && !stream.writableFinished && !stream.writableEnded) {
      throw new Error('Response stream is not finished.');
    }
    // Who hung up hears no more of it, and that is no fault of the function.
    await stream.answered().catch((error) => {
      if (!stream.lost) {
        throw error;
      }
    });
  } catch (error) {
    sdk.advise(error);
    if (!stream.lost) {
      console_.logError('Invoke Error', error);
      await stream.fail(error).catch(() => {}); // Lost by now; `next` tells whether more than the caller is.
    } else if (error !== stream.errored) {
      console_.logError('Invoke Error', error);
    }
  }
}

async function report(headers, error, result) {
  if (error !== null) {
    return fail(error);
  }
  let text;
  try {
    text = stringify(result, null);
  } catch (unwritable) {
    return fail(unwritable);
  }
  return succeed(headers, text);
}

function stringify(result, errorType) {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch {
    const message = 'Unable to stringify response body';
    throw errorType === null ? new Error(message) : new RuntimeError(errorType, message);
  }
}

async function succeed(headers, text) {
  const path = `${API}/invocation/${headers['lambda-runtime-aws-request-id']}/response`;
  // A refusal (413, 403) is the platform's to report; the environment goes on.
  await send('POST', path, { 'Content-Type': 'application/json' }, Buffer.from(text));
}

async function fail(error) {
  sdk.advise(error);
  console_.logError('Invoke Error', error);
  await postError(error);
}

async function postError(error) {
  const document = describe(error);
  const headers = { 'Content-Type': 'application/json' };
  // Class names may hold any letter, header values may not.
  if (/^[\x20-\x7e]+$/.test(document.errorType)) {
    headers['Lambda-Runtime-Function-Error-Type'] = document.errorType;
  }
  await send('POST', target, headers, Buffer.from(JSON.stringify(document)));
}

async function crash(title, error, exitCode) {
  if (crashing) {
    return;
  }
  crashing = true;
  console_.logError(title, error);
  whenLoopIsEmpty = null;
  // Whatever the usual connection is in the middle of has no meaning any more, and must not be waited for.
  connection = new Connection(process.env.AWS_LAMBDA_RUNTIME_API);
  await postError(error);
  process.exit(exitCode);
}

async function send(method, path, headers, body) {
  try {
    return await connection.request(method, path, headers, body);
  } catch (error) {
    return abandon(error);
  }
}

// Without the Runtime API there is nothing left to do, and nobody left to tell but whoever reads standard error.
function abandon(error) {
  process.stderr.write(`The Runtime API is gone: ${error.message}\n`);
  process.exit(1);
}

function setTrace(traceId) {
  if (traceId) {
    process.env._X_AMZN_TRACE_ID = traceId;
  } else {
    delete process.env._X_AMZN_TRACE_ID;
  }
}

module.exports = { run };
