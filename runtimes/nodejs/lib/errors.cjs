'use strict';
// Failures of the runtime's own making, and errors as they are answered and as they are logged.

class RuntimeError extends Error {
  constructor(type, message) {
    super(message);
    // Not enumerable, as the name of any other error: the log line would show it twice.
    Object.defineProperty(this, 'name', { value: `Runtime.${type}`, configurable: true, writable: true });
  }
}

class UnhandledPromiseRejection extends RuntimeError {
  constructor(reason, promise) {
    super('UnhandledPromiseRejection', String(reason));
    this.reason = reason;
    this.promise = promise;
  }
}

/** The error document that the Runtime API is given. */
function describe(error) {
  try {
    if (error instanceof Error || isErrorLike(error)) {
      return {
        errorType: clean(error.name),
        errorMessage: clean(error.message),
        trace: clean(error.stack ?? '').split('\n'),
      };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
      trace: [],
    };
  }
}

/** For the log: with all that an error carries. It starts with a tab, and so does every such line on Lambda. */
function toLine(error) {
  try {
    return `\t${JSON.stringify(error, (_, value) => (value instanceof Error ? withFields(value) : value))}`;
  } catch {
    return `\t${JSON.stringify(describe(error))}`;
  }
}

function toError(value) {
  return value instanceof Error ? value : new Error(value);
}

function withFields(error) {
  const fields = { errorType: error.name, errorMessage: error.message, code: error.code, ...error };
  if (typeof error.stack === 'string') {
    fields.stack = error.stack.split('\n');
  }
  return fields;
}

// Errors from another realm (vm, worker) are not instances of this one's Error.
function isErrorLike(value) {
  return Boolean(value) && [value.name, value.message, value.stack].every((part) => typeof part === 'string' && part !== '');
}

// DEL may not stand in a header, and the type travels in one.
function clean(text) {
  return String(text).replaceAll('\x7f', '%7F');
}

module.exports = { RuntimeError, UnhandledPromiseRejection, describe, toLine, toError };
