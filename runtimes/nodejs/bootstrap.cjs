'use strict';
// Started as `node /var/runtime/bootstrap.cjs`. CommonJS on purpose: an ES module as entry point costs 2 to 4 ms at every start.
require('./lib/loop.cjs').run();
