'use strict';
// How a handler of Node.js 22 and older may end an invocation: a promise, the callback, context.done/succeed/fail, or an event
// loop that runs empty. Only the first counts.

/** `settle(error, result)` reports; `onEmptyLoop(action)` says what to do when the event loop has nothing left (null: nothing). */
function build(settle, onEmptyLoop) {
  let waitForEmptyLoop = true;
  let finished = false;

  const once = (end) => (...args) => {
    if (!finished) {
      finished = true;
      onEmptyLoop(null);
      end(...args);
    }
  };
  const done = (error, result) => settle(error ?? null, result);
  const callback = (error, result) => {
    if (error !== undefined && error !== null) {
      settle(error);
    } else if (waitForEmptyLoop) {
      onEmptyLoop(() => settle(null, result));
    } else {
      settle(null, result);
    }
  };

  return {
    callback: once(callback),
    context: {
      get callbackWaitsForEmptyEventLoop() {
        return waitForEmptyLoop;
      },
      set callbackWaitsForEmptyEventLoop(value) {
        waitForEmptyLoop = value;
      },
      succeed: once((result) => settle(null, result)),
      fail: once((error) => done(error ?? 'handled')),
      done: once(done),
    },
  };
}

module.exports = { build };
