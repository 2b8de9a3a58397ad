'use strict';
// The AWS SDK that Lambda's own runtimes ship: fetched once by `lamina runtimes sdk nodejs`, else what npm installed for all of the
// machine. It stands behind the folders of NODE_PATH, which are the layers' and the code's.

const fs = require('fs');
const module_ = require('module');
const path = require('path');

const FETCHED = '/var/sdk/node_modules';
const MISSING = /^Cannot find (?:module|package) '(@(?:aws-sdk|smithy)\/[^'/]+)/;

function folders() {
  const installed = [path.resolve(process.execPath, '../../lib/node_modules'), '/usr/local/lib/node_modules'];
  return [...new Set([FETCHED, ...installed])].filter((folder) => fs.existsSync(path.join(folder, '@aws-sdk')));
}

/** For require(): Node.js reads NODE_PATH again, which the function then sees as it was. */
function offer() {
  const found = folders();
  if (found.length === 0) {
    return;
  }
  const before = process.env.NODE_PATH;
  process.env.NODE_PATH = [before, ...found].filter(Boolean).join(path.delimiter);
  module_._initPaths();
  if (before === undefined) {
    delete process.env.NODE_PATH;
  } else {
    process.env.NODE_PATH = before;
  }
}

/** What an error says besides when a package of the SDK is not on the machine: how to get it. */
function advise(error) {
  const missing = error instanceof Error ? MISSING.exec(error.message) : null;
  if (missing !== null && !error.message.includes('lamina runtimes sdk')) {
    error.message += `\n${missing[1]} is not on this machine, fetch it once: lamina runtimes sdk nodejs --with ${missing[1]}`;
  }
  return error;
}

module.exports = { folders, offer, advise };
