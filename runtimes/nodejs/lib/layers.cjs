'use strict';
// `import` of packages that stand in layers. Node looks along NODE_PATH for require() only; Lambda's runtimes look there for
// ES modules too, after everything else has failed.

const fs = require('fs');
const module_ = require('module');
const path = require('path');
const { fileURLToPath, pathToFileURL } = require('url');
const sdk = require('./sdk.cjs');

/** Folders to import from, as the URL of a file that would stand beside their node_modules. */
function parents() {
  return (process.env.NODE_PATH ?? '')
    .split(path.delimiter)
    .filter((folder) => path.basename(folder) === 'node_modules' && fs.existsSync(folder))
    .concat(sdk.folders())
    .map((folder) => pathToFileURL(path.join(path.dirname(folder), 'import.mjs')).href);
}

// ES modules out of layers, for whoever asks.
const seen = new Set();

/** Files of layers that were imported, in their order. */
function imported() {
  return [...seen];
}

/** Hooks on the importing thread cost next to nothing (Node.js 22.15 and newer). */
function serveCheaply() {
  const from = typeof module_.registerHooks === 'function' ? parents() : [];
  if (from.length > 0) {
    module_.registerHooks({
      resolve(specifier, context, next) {
        const resolved = resolve(specifier, context, next, from);
        if (resolved.format === 'module' && resolved.url.startsWith('file:///opt/')) {
          seen.add(fileURLToPath(resolved.url));
        }
        return resolved;
      },
    });
  }
}

/** Older ones need a thread of their own, half a start of the interpreter: only for handlers that are ES modules. */
function serveEsModuleHandler() {
  const from = typeof module_.registerHooks === 'function' || typeof module_.register !== 'function' ? [] : parents();
  if (from.length > 0) {
    module_.register(pathToFileURL(path.join(__dirname, 'layers-thread.mjs')), { data: from });
  }
}

function resolve(specifier, context, next, from) {
  try {
    return next(specifier, context);
  } catch (error) {
    if (!isMissingPackage(specifier, error)) {
      throw error;
    }
    for (const parentURL of from) {
      try {
        return next(specifier, { ...context, parentURL });
      } catch {
        // The next folder may have it; if none has, the first error is the one that names the importing file.
      }
    }
    throw error;
  }
}

function isMissingPackage(specifier, error) {
  return (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND') && !/^(\.{0,2}\/|[a-z]+:|#)/.test(specifier);
}

module.exports = { imported, serveCheaply, serveEsModuleHandler };
