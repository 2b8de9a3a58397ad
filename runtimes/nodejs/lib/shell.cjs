'use strict';
// A process started in advance: it waits until it is told whose it is, and is then as if it had just been started.
//
// What Node.js loads of itself for nearly every function is loaded here already, while nobody waits for it; and a first event is
// rehearsed: V8 compiles a function when it is called for the first time, and so does what the kernel maps of it. A function cannot tell.

const { release } = require('./release.cjs');
const stack = require('./stack.cjs');

const MARKER = '_LAMINA_SHELL';

function isOne() {
  return process.env[MARKER] !== undefined;
}

/** Whether the function's process is to tell what it loads out of layers. */
async function wait(connection, rehearse) {
  loadAhead();
  const own = Object.entries(process.env).map(([name, value]) => `${name}=${value}\0`).join('');
  become(`${own}_LAMINA_REHEARSAL=1\0`);
  become(own);
  process.chdir(process.cwd());
  await rehearse();
  const { status, headers, body } = await connection.request('GET', '/lamina/start', {});
  if (status !== 200) {
    throw new Error(`the start was answered with ${status}`);
  }
  if (headers['lamina-stack-cache']) {
    delete process.env[MARKER];
    process.chdir(process.env.LAMBDA_TASK_ROOT);
    await stack.make(connection, body.toString());
  }
  become(body.toString());
  // Until now it was another folder that stood there.
  process.chdir(process.env.LAMBDA_TASK_ROOT);
  return headers['lamina-learn'] !== undefined;
}

/**
 * In their order, which a function sees. Those in front that are right already are not touched: setting TZ makes V8 forget all that it
 * knows of time.
 */
function become(text) {
  const wanted = text.split('\0').slice(0, -1);
  const present = Object.entries(process.env);
  let same = 0;
  while (same < present.length && `${present[same][0]}=${present[same][1]}` === wanted[same]) {
    same++;
  }
  for (const [name] of present.slice(same)) {
    delete process.env[name];
  }
  for (const variable of wanted.slice(same)) {
    const equals = variable.indexOf('=');
    process.env[variable.slice(0, equals)] = variable.slice(equals + 1);
  }
}

function loadAhead() {
  for (const name of ['crypto', 'dns', 'events', 'fs', 'http', 'https', 'os', 'path', 'querystring', 'stream', 'tls', 'url', 'util', 'zlib']) {
    require(name);
  }
  if (release < 24) {
    require('./callback.cjs');
  }
}

module.exports = { isOne, wait };
