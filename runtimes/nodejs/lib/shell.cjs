'use strict';
// A process started in advance: it waits until it is told whose it is, and is then as if it had just been started.
//
// What Node.js loads of itself for nearly every function is loaded here already, while nobody waits for it; so is what
// this runtime needs for a first event. A function cannot tell.

const { release } = require('./release.cjs');

const MARKER = '_LAMINA_SHELL';

function isOne() {
  return process.env[MARKER] !== undefined;
}

async function wait(connection) {
  loadAhead();
  const { status, body } = await connection.request('GET', '/lamina/start', {});
  if (status !== 200) {
    throw new Error(`the start was answered with ${status}`);
  }
  for (const name of Object.keys(process.env)) {
    delete process.env[name];
  }
  for (const variable of body.toString().split('\0').slice(0, -1)) {
    const equals = variable.indexOf('=');
    process.env[variable.slice(0, equals)] = variable.slice(equals + 1);
  }
  // Until now it was another folder that stood there.
  process.chdir(process.env.LAMBDA_TASK_ROOT);
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
