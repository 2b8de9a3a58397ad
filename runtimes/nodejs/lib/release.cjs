'use strict';
// Which of Lambda's Node.js runtimes this process stands for. The runtime id decides, not the interpreter: where the machine
// has no exact match, the nearest one serves it.

const named = /^AWS_Lambda_nodejs(\d+)\.x$/.exec(process.env.AWS_EXECUTION_ENV ?? '');

module.exports = { release: Number(named ? named[1] : process.versions.node.split('.')[0]) };
