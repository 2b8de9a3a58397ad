'use strict';
// What a function loads out of layers, compiled once for all functions that have the same layers (Node.js 22.10 and newer).
//
// A process that is asked to tells the platform what it has loaded out of layers. A process without anything of a function's loads the
// same, and sends what Node.js keeps of it. Where that is shown, later processes read it: Node.js compares each entry with the module's
// text and passes over what does not fit. The folder cannot be written to, and nothing is written elsewhere.

const fs = require('fs');
const module_ = require('module');
const path = require('path');
const { pathToFileURL } = require('url');
const layers = require('./layers.cjs');
const sdk = require('./sdk.cjs');

const SHOWN = '/var/cache/lamina/node';
const LAYERS = '/opt/';
const ARGUMENT = '--lamina-learn';

// What takes less to load is not worth another process.
const LEAST_MS = 20;
const MOST_UNITS = 4096;

/** Whether the arguments ask for a report. They are as if they had not. */
function isAsked() {
  const at = process.argv.indexOf(ARGUMENT);
  return at >= 0 && process.argv.splice(at, 1).length > 0;
}

/** Before the first module of the function is loaded. */
function use() {
  if (fs.existsSync(SHOWN)) {
    module_.enableCompileCache?.(SHOWN);
  }
}

/** Tells what was loaded, if that took long enough to matter. */
async function tell(connection, milliseconds) {
  if (milliseconds < LEAST_MS) {
    return;
  }
  const required = Object.keys(require.cache).filter((file) => file.startsWith(LAYERS) && !/\.(?:json|node)$/.test(file));
  const units = [...required.map((file) => `require ${file}`), ...layers.imported().map((file) => `import ${file}`)]
    .filter((unit) => /^[a-z]+ [!-~]{1,500}$/.test(unit))
    .slice(0, MOST_UNITS);
  if (units.length > 0) {
    await connection.request('POST', '/lamina/learnt', {}, Buffer.from([`loaded ${milliseconds.toFixed(3)}`, ...units].join('\n')));
  }
}

/** The other side: loads the units and sends what came of it. The platform ends the process then. */
async function make(connection, text) {
  // A module that cannot do without what a function has fails here, and is compiled by each process for itself.
  process.on('uncaughtException', () => {});
  process.on('unhandledRejection', () => {});
  const folder = path.join(fs.mkdtempSync('/tmp/'), 'node');
  module_.enableCompileCache(folder);
  sdk.offer();
  layers.serveCheaply();
  layers.serveEsModuleHandler();
  const require_ = module_.createRequire(path.join(process.env.LAMBDA_RUNTIME_DIR, 'index.mjs'));
  for (const unit of text.split('\n')) {
    const [how, file] = unit.split(' ');
    try {
      await (how === 'require' ? require_(file) : import(pathToFileURL(file).href));
    } catch {
      // See above.
    }
  }
  module_.flushCompileCache();
  const fault = await send(connection, module_.getCompileCacheDir());
  await connection.request('POST', '/lamina/primed', {}, Buffer.from(fault));
}

async function send(connection, folder) {
  for (const file of fs.readdirSync(folder)) {
    const { status } = await connection.request('POST', `/lamina/cache/${path.basename(folder)}/${file}`, {}, fs.readFileSync(path.join(folder, file)));
    if (status !== 202) {
      return `fault ${file} was answered with ${status}`;
    }
  }
  return '';
}

module.exports = { isAsked, use, tell, make };
