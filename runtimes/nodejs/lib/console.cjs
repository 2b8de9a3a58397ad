'use strict';
// console.* as Lambda writes it: one line per call with time, request id and level, as text or as JSON.

const { format } = require('util');
const { toError, toLine } = require('./errors.cjs');

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
let json = false;
const current = { requestId: undefined, tenantId: undefined };

function patch() {
  json = (process.env.AWS_LAMBDA_LOG_FORMAT ?? '').toUpperCase() === 'JSON';
  const least = LEVELS.indexOf((process.env.AWS_LAMBDA_LOG_LEVEL ?? '').toUpperCase());
  LEVELS.forEach((level, rank) => {
    console[level.toLowerCase()] = rank < least ? () => {} : (message, ...rest) => write(level, message, rest);
  });
  console.log = console.info;
}

/** An error that ends an invocation or the process. */
function logError(title, error) {
  if (json) {
    console.error(toError(error));
  } else {
    console.error(title, toLine(toError(error)));
  }
}

function write(level, message, rest) {
  const time = new Date().toISOString();
  const line = json
    ? formatJson(time, level, message, rest)
    : `${time}\t${current.requestId}\t${level}\t${format(message, ...rest)}`;
  // A carriage return keeps what was logged at once one event in the log.
  process.stdout.write(`${line.replaceAll('\n', '\r')}\n`);
}

function formatJson(timestamp, level, message, rest) {
  const line = { timestamp, level, requestId: current.requestId, tenantId: current.tenantId };
  if (rest.length === 0) {
    try {
      return JSON.stringify({ ...line, message }, (_, value) => (value instanceof Error ? withStack(value) : value));
    } catch {
      return JSON.stringify({ ...line, message: format(message) });
    }
  }
  line.message = format(message, ...rest);
  const error = [message, ...rest].find((value) => value instanceof Error);
  return JSON.stringify(error === undefined ? line : Object.assign(line, describeForJson(error)));
}

function withStack(error) {
  return { ...describeForJson(error), ...error };
}

function describeForJson(error) {
  return {
    errorType: error.constructor?.name ?? 'UnknownError',
    errorMessage: error.message,
    stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : [],
  };
}

module.exports = { patch, logError, current };
