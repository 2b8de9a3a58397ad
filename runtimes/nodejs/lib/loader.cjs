'use strict';
// From `dir/module.export.path` to the handler function.

const fs = require('fs');
const { createRequire } = require('module');
const path = require('path');
const { pathToFileURL } = require('url');
const { RuntimeError } = require('./errors.cjs');
const layers = require('./layers.cjs');
const { release } = require('./release.cjs');
const sdk = require('./sdk.cjs');
const stack = require('./stack.cjs');

const CALLBACKS_REMOVED =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.';
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

// Named as Lambda's entry point is, for the "Require stack" of error messages; no such file needs to exist.
const require_ = createRequire(path.join(process.env.LAMBDA_RUNTIME_DIR ?? path.dirname(__dirname), 'index.mjs'));

/** Resolves to { handler, streaming, highWaterMark, isAsync }. */
async function load(taskRoot, name) {
  offerStreaming();
  sdk.offer();
  stack.use();
  layers.serveCheaply();
  const { folder, file, exportPath } = split(name);
  const handler = find(await loadModule(taskRoot, folder, file), exportPath, name);
  const streaming = isStreaming(handler);
  if (release >= 24 && handler.length >= 3 && !streaming) {
    throw new RuntimeError('CallbackHandlerDeprecated', CALLBACKS_REMOVED);
  }
  return {
    handler,
    streaming,
    highWaterMark: Number(handler[HIGH_WATER_MARK]) || undefined,
    isAsync: handler.constructor?.name === 'AsyncFunction',
  };
}

/** Loads a handler of this client's own as a function's would be, and forgets it. */
function rehearse() {
  const file = path.join(__dirname, 'rehearsal.cjs');
  const { folder, file: name, exportPath } = split('rehearsal.handler');
  nearestPackageIsModule(__dirname);
  fs.existsSync(path.resolve(__dirname, folder, name));
  const handler = find(require_(file), exportPath, name);
  isStreaming(handler);
  delete require_.cache[file];
  return handler;
}

function split(name) {
  if (name.includes('..')) {
    throw new RuntimeError(
      'MalformedHandlerName',
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const base = path.basename(name);
  const match = /^([^.]*)\.(.*)$/.exec(base);
  if (match === null) {
    throw new RuntimeError('MalformedHandlerName', 'Bad handler');
  }
  return { folder: name.slice(0, name.indexOf(base)), file: match[1], exportPath: match[2] };
}

async function loadModule(taskRoot, folder, file) {
  try {
    return (await loadFile(path.resolve(taskRoot, folder, file))) ?? loadFromPackages(taskRoot, folder, file);
  } catch (error) {
    sdk.advise(error);
    if (error instanceof SyntaxError) {
      const fault = new RuntimeError('UserCodeSyntaxError', String(error));
      fault.stack = error.stack;
      throw fault;
    }
    if (error?.code === 'MODULE_NOT_FOUND') {
      throw new RuntimeError('ImportModuleError', String(error));
    }
    throw error;
  }
}

async function loadFile(base) {
  const isModule = nearestPackageIsModule(path.dirname(base));
  for (const extension of ['', '.js', '.mjs', '.cjs', ...(release >= 24 ? ['.ts', '.mts', '.cts'] : [])]) {
    const file = base + extension;
    if (!fs.existsSync(file)) {
      continue;
    }
    if (extension.startsWith('.m') || (isModule && (extension === '.js' || extension === '.ts'))) {
      layers.serveEsModuleHandler();
      return import(pathToFileURL(file).href);
    }
    return require_(file);
  }
  return undefined;
}

// Not beside the code: a handler may come out of a package in node_modules or in a layer.
function loadFromPackages(taskRoot, folder, file) {
  return require_(require_.resolve(file, { paths: [taskRoot, path.join(taskRoot, folder)] }));
}

function nearestPackageIsModule(folder) {
  for (;;) {
    if (path.basename(folder) === 'node_modules') {
      return false;
    }
    const manifest = path.join(folder, 'package.json');
    if (fs.existsSync(manifest)) {
      try {
        return JSON.parse(fs.readFileSync(manifest, 'utf8')).type === 'module';
      } catch (error) {
        console.warn(`${manifest} cannot be read, it will be ignored for ES module detection purposes.`, error);
        return false;
      }
    }
    const parent = path.dirname(folder);
    if (parent === folder) {
      return false;
    }
    folder = parent;
  }
}

function find(loaded, exportPath, name) {
  const handler = walk(loaded, exportPath) ?? (release >= 24 ? walk(loaded?.default, exportPath) : undefined);
  if (!handler) {
    throw new RuntimeError('HandlerNotFound', `${name} is undefined or not exported`);
  }
  if (typeof handler !== 'function') {
    throw new RuntimeError('HandlerNotFound', `${name} is not a function`);
  }
  return handler;
}

function walk(value, exportPath) {
  return exportPath.split('.').reduce((nested, key) => nested?.[key], value);
}

function isStreaming(handler) {
  if (!handler[STREAMING]) {
    return false;
  }
  if (handler[STREAMING] !== 'response') {
    throw new RuntimeError('MalformedStreamingHandler', 'Only response streaming is supported.');
  }
  return true;
}

// A global of this name is part of the programming model; functions that object say so in their environment.
function offerStreaming() {
  if (['1', 'true'].includes(process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA)) {
    return;
  }
  globalThis.awslambda = {
    ...globalThis.awslambda,
    streamifyResponse(handler, options) {
      handler[STREAMING] = 'response';
      if (typeof options?.highWaterMark === 'number') {
        handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
      }
      return handler;
    },
    HttpResponseStream: {
      from: (stream, metadata) => require('./stream.cjs').withPrelude(stream, metadata),
    },
  };
}

module.exports = { load, rehearse };
